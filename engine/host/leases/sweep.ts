import { parseStart, STARTED } from '../../../evidence/start.ts'
import { messageOf } from '../carriable.ts'
import { lastExecutionOf } from '../last-execution.ts'
import type { SealingOffice } from '../sealing.ts'
import type { Leases } from './leases.ts'

/** Gives back the leases of runs that have ended without doing so: terminated, or stuck at their end. Answers with these runs. */
export async function sweepLeases(
  leases: Leases,
  office: Pick<SealingOffice, 'sealing' | 'client' | 'log'>,
): Promise<string[]> {
  const given: string[] = []
  for (const runId of await leases.holders()) {
    const ended = await hasEnded(runId, office).catch((error: unknown) => {
      office.log.warn(
        { run: runId, problem: messageOf(error, 'no reason given') },
        'nobody can tell whether a run that holds leases has ended',
      )
      return false
    })
    if (!ended) continue
    await leases.release(runId)
    given.push(runId)
  }
  return given
}

/** A run that was never recorded as started holds nothing for long: what it has, ends by expiry. */
async function hasEnded(
  runId: string,
  { sealing, client }: Pick<SealingOffice, 'sealing' | 'client'>,
): Promise<boolean> {
  const bytes = await sealing.store.read(runId, STARTED)
  if (bytes === undefined) return false
  const { closeTime } = await (await lastExecutionOf(client, parseStart(bytes).workflow)).describe()
  return closeTime !== undefined
}
