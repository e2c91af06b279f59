import type { DoStep, Plan } from '../../../schemas/plan.ts'
import type { Admission, Denial, EffectRequest } from '../../../schemas/run.ts'
import { admittedPlan } from '../admission.ts'
import type { Host } from '../host.ts'
import { isLoop, locate, plansAround } from './instance.ts'
import type { Instance } from './instance.ts'

/** What the pass needs of whatever carries it (a Temporal activity, or a test). */
export interface PassSeam {
  readonly host: Host
  readonly action: string
  readonly activity: string
  readonly attempt: number
  readonly workflow: { readonly namespace: string; readonly workflowId: string; readonly temporalRunId: string }
  /** Says that the pass is alive; throws nothing. */
  heartbeat(): void
  /** Aborts when this attempt is over: the run was cancelled, the worker ends, or the server has given the attempt up. */
  readonly cancelled: AbortSignal
}

/** A request of an admitted run for an instance of a step, or for its undo; nothing about it was judged yet. */
export interface Arrived {
  readonly seam: PassSeam
  readonly admission: Admission
  /** The id of the instance, with `-undo` where it is undone. */
  readonly id: string
  readonly instance: Instance & { readonly step: DoStep }
  readonly undo: boolean
  /** The Plan to which the step belongs: the admitted one, or that of a callee. */
  readonly plan: Plan
  /** All Plans around it, the admitted one first. */
  readonly plans: readonly Plan[]
}

/** Checks the admission, and finds the step: whatever is settled or judged, belongs to this run (G25). */
export async function arrive(request: EffectRequest, seam: PassSeam): Promise<Arrived | { readonly denial: Denial }> {
  const admitted = await admittedPlan(request.admission, seam.workflow, seam.host)
  if ('foreign' in admitted) return refuse(admitted.foreign)
  const { plan, admission } = admitted
  const located = locate(plan, request.step)
  const step = located?.instance.step
  if (located === undefined || step?.kind !== 'do' || actionOf(step, located.undo) !== seam.action)
    return refuse(`the Plan has no step \`${request.step}\` that does ${seam.action}`)
  const { instance, undo } = located
  if (isLoop(step) && instance.item === undefined) return refuse(`\`${request.step}\` names no item of its loop`)
  // Its records are found again by the name of the activity: under another one, they would be those of another step.
  if (seam.activity.replace(/#\d+$/, '') !== request.step)
    return refuse(`\`${seam.activity}\` is no activity of the step \`${request.step}\``)
  const plans = plansAround(instance)
  return {
    seam,
    admission,
    id: request.step,
    instance: { ...instance, step },
    undo,
    plan: plans.at(-1) ?? plan,
    plans,
  }
}

function actionOf(step: DoStep, undo: boolean): string | undefined {
  return undo ? step.undo?.action : step.action
}

/** A request that is not let in, and what to do instead. */
export function refuse(message: string, next = 'start the runbook through Runproof'): { denial: Denial } {
  return { denial: { by: 'admission', unknown: false, message, verdicts: [], next } }
}
