import type { Plan } from '../../../schemas/plan.ts'
import { everyStep } from '../every-step.ts'

/**
 * Whether an empty list is a value at this path, and not the sign of a failure (G12): where the fact that it comes from says so, in
 * this Plan or in the called one whose output it is. Of any other place nobody has said it.
 * `asked`: the items that this is being found out for; their names may come again in loops that stand elsewhere.
 */
export function mayBeEmpty(plan: Plan, list: readonly string[], asked: readonly string[] = []): boolean {
  const [root = '', output = ''] = list
  if (Object.hasOwn(plan.facts, root)) return plan.facts[root]?.ifEmpty === 'allow'
  const steps = everyStep(plan.steps)
  const around = steps.flatMap(({ forEach }) => (forEach?.item === root ? [forEach] : []))
  if (around.length > 0)
    return asked.includes(root) || around.every((outer) => mayBeEmpty(plan, outer.list, [...asked, root]))
  const called = steps.find(({ id }) => id === root)
  return called?.kind === 'call' && isEmptyOutput(plan.callees?.[called.runbook], output)
}

function isEmptyOutput(callee: Plan | undefined, output: string): boolean {
  const outputs = callee?.outputs ?? {}
  const from = Object.hasOwn(outputs, output) ? outputs[output]?.from : undefined
  return callee !== undefined && from !== undefined && 'path' in from && mayBeEmpty(callee, from.path)
}
