import type { StepPlan } from '../../schemas/plan.ts'

/** All steps, those inside blocks included, in the order of the file. */
export function everyStep(steps: readonly StepPlan[]): StepPlan[] {
  return steps.flatMap((step) => (step.kind === 'block' ? [step, ...everyStep(step.steps)] : [step]))
}
