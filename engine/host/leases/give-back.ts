import type { ReleaseRequest } from '../../../schemas/run.ts'
import { admittedPlan } from '../admission.ts'
import type { Execution } from '../admission.ts'
import type { Host } from '../host.ts'

/**
 * A run that has ended gives back what it holds; nobody else can do so in its name, and neither can the run itself, while one of
 * its effects is under way. Throws then: it is to be tried again.
 */
export async function giveBackLeases({ admission }: ReleaseRequest, by: Execution, host: Host): Promise<void> {
  const admitted = await admittedPlan(admission, by, host)
  if ('foreign' in admitted) return
  const { runId } = admitted.admission
  if (await host.leases.isUnderWay(runId)) throw new Error('an effect of this run is still under way')
  await host.leases.release(runId)
}
