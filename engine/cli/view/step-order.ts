import type { Plan, StepPlan } from '../../../schemas/plan.ts'
import type { StepState } from '../../../schemas/run.ts'
import { siteOf } from '../../core/rules.ts'

/** Steps in the order of the Plan: instances in loops and called runbooks beside the step to which they belong, as they began. */
export function inPlanOrder(steps: readonly StepState[], plan: Plan | undefined): StepState[] {
  if (plan === undefined) return [...steps]
  const places = new Map(plan.steps.flatMap((step, at) => namesIn(step).map((name) => [name, at] as const)))
  const placeOf = ({ id }: StepState): number => {
    const [first = ''] = siteOf(id).split('.')
    return places.get(first.replace(/-undo$/, '')) ?? plan.steps.length
  }
  return steps.toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** The ids of a step and of those inside it; what a call carries out begins with its id. */
function namesIn(step: StepPlan): string[] {
  return step.kind === 'block' ? [step.id, ...step.steps.flatMap(namesIn)] : [step.id]
}
