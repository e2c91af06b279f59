import type { DoStep, Plan } from '../../../schemas/plan.ts'
import type { Admission, Denial, EffectRequest } from '../../../schemas/run.ts'
import { admittedPlan } from '../admission.ts'
import type { Host } from '../host.ts'

/** What the pass needs of whatever carries it (a Temporal activity, or a test). */
export interface PassSeam {
  readonly host: Host
  readonly action: string
  readonly activity: string
  readonly attempt: number
  readonly workflow: { readonly namespace: string; readonly workflowId: string; readonly temporalRunId: string }
  /** Says that the pass is alive; throws nothing. */
  heartbeat(): void
  readonly cancelled: AbortSignal
}

/** A request of an admitted run for a step of its Plan; nothing about it was judged yet. */
export interface Arrived {
  readonly seam: PassSeam
  readonly admission: Admission
  readonly plan: Plan
  readonly step: DoStep
}

/** Checks the admission, and finds the step: whatever is settled or judged, belongs to this run (G25). */
export async function arrive(request: EffectRequest, seam: PassSeam): Promise<Arrived | { readonly denial: Denial }> {
  const admitted = await admittedPlan(request.admission, seam.workflow, seam.host)
  if ('foreign' in admitted) return refuse(admitted.foreign)
  const { plan, admission } = admitted
  const step = plan.steps.find(({ id }) => id === request.step)
  if (step?.kind !== 'do' || step.action !== seam.action)
    return refuse(`the Plan has no step \`${request.step}\` that does ${seam.action}`)
  return { seam, admission, plan, step }
}

/** A request that is not let in, and what to do instead. */
export function refuse(message: string, next = 'start the runbook through Runproof'): { denial: Denial } {
  return { denial: { by: 'admission', unknown: false, message, verdicts: [], next } }
}
