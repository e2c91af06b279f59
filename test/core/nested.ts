import type { AskStep, BlockStep, CallStep, ForEach, Operands, Plan, StepPlan } from '../../schemas/plan.ts'
import type { EffectResult } from '../../schemas/run.ts'
import { planOf } from './plans.ts'

const PLACE = { file: 'test.yaml', line: 1, col: 1 }

/** A Plan of the newest version. */
export function newPlan(steps: readonly StepPlan[], more: Partial<Plan> = {}): Plan {
  return planOf(steps, { planVersion: 2, ...more })
}

/** For each `edge` of `edges`, so many at once. */
export function each(list: readonly string[] = ['edges', 'items'], atOnce = 1, item = 'edge'): { forEach: ForEach } {
  return { forEach: { item, list, itemType: { kind: 'object', fields: { epoch: { kind: 'epoch' } } }, atOnce } }
}

/** Steps that belong together. */
export function block(id: string, steps: readonly StepPlan[], more: Partial<BlockStep> = {}): BlockStep {
  return { kind: 'block', id, place: PLACE, when: [], continueOn: ['done'], steps, ...more }
}

/** A question with options, each with the effects that it asks for; for ten seconds. */
export function ask(
  id: string,
  choices: Readonly<Record<string, readonly string[]>>,
  more: Partial<AskStep> = {},
): AskStep {
  const named = Object.entries(choices).map(([name, effects]) => ({
    name,
    effects: effects.map((effect) => ({ effect, target: {} })),
  }))
  return {
    kind: 'ask',
    id,
    place: PLACE,
    when: [],
    continueOn: Object.keys(choices),
    text: { literal: 'Which?' },
    who: ['lead'],
    show: [],
    withinMs: 10_000,
    choices: named,
    ...more,
  }
}

/** A call of the runbook `callee`, which goes on with any of its outcomes. */
export function call(id: string, callee: Plan, more: Partial<CallStep> = {}): CallStep {
  const inputs: Operands = { app: { path: ['inputs', 'app'] } }
  const continueOn = callee.outcomes.map(({ name }) => name)
  return { kind: 'call', id, place: PLACE, when: [], continueOn, runbook: callee.runbook.id, with: inputs, ...more }
}

/** A Plan that can be called. */
export function callee(id: string, steps: readonly StepPlan[], more: Partial<Plan> = {}): Plan {
  const plan = newPlan(steps, more)
  return { ...plan, runbook: { ...plan.runbook, id, title: id } }
}

/** A Plan with these callees. */
export function calling(steps: readonly StepPlan[], callees: readonly Plan[], more: Partial<Plan> = {}): Plan {
  return newPlan(steps, { callees: Object.fromEntries(callees.map((one) => [one.runbook.id, one])), ...more })
}

/** What takes a step back: the same action, to where the step says that it came from. */
export const undo = { action: 'lab.rollback', with: {} }

/** The door found another value than the step expected. */
export const lost: EffectResult = { status: 'conflict', expected: 7, found: 9, evidence: {} }
