import type { CallStep, ForEach, Plan, StepPlan } from '../../../schemas/plan.ts'
import { everyStep } from '../every-step.ts'

/**
 * Whether an empty list is a value at this path, and not the sign of a failure (G12): where the fact that it comes from says so, in
 * this Plan or in the called one whose output it is. Of any other place nobody has said it.
 * `at`: the step that looks. An item is then that of the loop around it; without it, every loop that has an item of this name must
 * do, wherever it stands.
 */
export function mayBeEmpty(plan: Plan, list: readonly string[], at?: string): boolean {
  const loops = at === undefined ? undefined : loopsAround(plan.steps, at)
  return loops === undefined ? anywhere(plan, list, []) : atPlace(plan, list, loops)
}

/** The loops around a step, outermost first, without its own; undefined where no such step is among these. */
function loopsAround(steps: readonly StepPlan[], id: string): ForEach[] | undefined {
  if (steps.some((step) => step.id === id)) return []
  for (const step of steps) {
    const inside = step.kind === 'block' ? loopsAround(step.steps, id) : undefined
    if (inside !== undefined) return [...(step.forEach === undefined ? [] : [step.forEach]), ...inside]
  }
  return undefined
}

/** `loops`: those around the place, outermost first; the list of each is seen from outside it. */
function atPlace(plan: Plan, list: readonly string[], loops: readonly ForEach[]): boolean {
  const index = loops.findLastIndex(({ item }) => item === list[0])
  const loop = loops[index]
  return loop === undefined ? isOutsideLoops(plan, list) : atPlace(plan, loop.list, loops.slice(0, index))
}

/** `asked`: the items that this is being found out for; their names may come again in loops that stand elsewhere. */
function anywhere(plan: Plan, list: readonly string[], asked: readonly string[]): boolean {
  const [root = ''] = list
  const loops = everyStep(plan.steps).flatMap(({ forEach }) => (forEach?.item === root ? [forEach] : []))
  if (loops.length === 0 || Object.hasOwn(plan.facts, root)) return isOutsideLoops(plan, list)
  return asked.includes(root) || loops.every((loop) => anywhere(plan, loop.list, [...asked, root]))
}

/** What a fact says, or the fact behind an output of a call. */
function isOutsideLoops(plan: Plan, [root = '', output = '']: readonly string[]): boolean {
  if (Object.hasOwn(plan.facts, root)) return plan.facts[root]?.ifEmpty === 'allow'
  const called = everyStep(plan.steps).find(
    (step): step is StepPlan & CallStep => step.id === root && step.kind === 'call',
  )
  return called !== undefined && isEmptyOutput(plan.callees?.[called.runbook], output)
}

function isEmptyOutput(callee: Plan | undefined, output: string): boolean {
  const outputs = callee?.outputs ?? {}
  const from = Object.hasOwn(outputs, output) ? outputs[output]?.from : undefined
  return callee !== undefined && from !== undefined && 'path' in from && mayBeEmpty(callee, from.path)
}
