import type { DecideStep, Plan, StepPlan } from '../../../schemas/plan.ts'
import { decide } from '../../core/decide.ts'
import type { Scope } from '../../core/scope.ts'
import type { PreviewedDecision } from './preview.ts'

/** Every decision that is taken once, on the facts of now; one in a loop is taken for each item, in the run. */
export function decideNow(plan: Plan, scope: Scope): PreviewedDecision[] {
  return plan.steps.flatMap(decisionsIn).map((step) => ({ step: step.id, ...decide(step, scope) }))
}

function decisionsIn(step: StepPlan): DecideStep[] {
  if (step.forEach !== undefined) return []
  if (step.kind === 'block') return step.steps.flatMap(decisionsIn)
  return step.kind === 'decide' ? [step] : []
}
