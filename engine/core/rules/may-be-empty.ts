import type { Plan, StepPlan } from '../../../schemas/plan.ts'

/**
 * Whether an empty list is a value at this path, and not the sign of a failure (G12): where the fact that it comes from says so, in
 * this Plan or in the called one whose output it is. Of any other place nobody has said it.
 */
export function mayBeEmpty(plan: Plan, list: readonly string[]): boolean {
  const [root = '', output = ''] = list
  if (Object.hasOwn(plan.facts, root)) return plan.facts[root]?.ifEmpty === 'allow'
  const steps = everyStep(plan.steps)
  const around = steps.flatMap(({ forEach }) => (forEach?.item === root ? [forEach] : []))
  if (around.length > 0) return around.every((outer) => mayBeEmpty(plan, outer.list))
  const called = steps.find(({ id }) => id === root)
  return called?.kind === 'call' && isEmptyOutput(plan.callees?.[called.runbook], output)
}

function isEmptyOutput(callee: Plan | undefined, output: string): boolean {
  const outputs = callee?.outputs ?? {}
  const from = Object.hasOwn(outputs, output) ? outputs[output]?.from : undefined
  return callee !== undefined && from !== undefined && 'path' in from && mayBeEmpty(callee, from.path)
}

function everyStep(steps: readonly StepPlan[]): StepPlan[] {
  return steps.flatMap((step) => [step, ...(step.kind === 'block' ? everyStep(step.steps) : [])])
}
