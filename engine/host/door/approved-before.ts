import type { StepPlan } from '../../../schemas/plan.ts'
import { around, callers, stepsAt } from './instance.ts'
import type { Instance } from './instance.ts'

/** Whether the Plan lets nobody come to this instance without an approval that was given. */
export function isApprovedBefore(instance: Instance): boolean {
  return [...callers(instance), instance]
    .flatMap((passed) => [...around(passed), passed])
    .some(({ spot, step }) => needsApproval(step, stepsAt(spot)))
}

/** An approval at which the run would have stopped, or one that a condition on the way names. */
function needsApproval(step: StepPlan, steps: readonly StepPlan[]): boolean {
  const before = steps.slice(0, Math.max(0, steps.indexOf(step)))
  const stopping = before.some((other) => isApproval(other) && isOnlyDone(other.continueOn) && other.when.length === 0)
  return stopping || step.when.some((clause) => isOnlyDone(clause.results) && leadsOverApproval(clause.step, before))
}

function leadsOverApproval(id: string, before: readonly StepPlan[]): boolean {
  const named = before.find((step) => step.id === id)
  if (named === undefined) return false
  return isApproval(named) || needsApproval(named, before)
}

/** One for each item of a list may be none. */
function isApproval({ kind, forEach }: StepPlan): boolean {
  return kind === 'approve' && forEach === undefined
}

function isOnlyDone(results: readonly string[]): boolean {
  return results.every((result) => result === 'done')
}
