import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../schemas/value-type.ts'

/** The type of `run`: its id, and the effects for which it has receipts (G15). */
export const RUN_TYPE: ObjectType = {
  kind: 'object',
  fields: { id: { kind: 'text' }, effects: { kind: 'list', item: { kind: 'text' } } },
}

/** Types of all roots that a runbook's expressions can name: inputs, policy, run, facts and steps. */
export function variablesOf(plan: Plan): Record<string, ValueType> {
  return {
    inputs: { kind: 'object', fields: mapValues(plan.inputs, (input) => input.type) },
    policy: policyType(plan),
    run: RUN_TYPE,
    ...mapValues(plan.facts, (fact) => fact.result),
    ...Object.fromEntries(plan.steps.flatMap((step) => stepVariable(step, plan))),
  }
}

/** The type of `policy`: every value that the Plan uses. */
export function policyType(plan: Plan): ObjectType {
  return { kind: 'object', fields: mapValues(plan.policy, (value) => value.type) }
}

/** The frozen policy values, by name. */
export function policyValues(plan: Plan): JsonObject {
  return mapValues(plan.policy, (value): Json => value.value)
}

/** A decision is known by its case, an action by its output; other kinds have no value of their own. */
function stepVariable(step: StepPlan, plan: Plan): [string, ValueType][] {
  if (step.kind === 'decide') return [[step.id, { kind: 'enum', of: step.id, words: casesOf(step) }]]
  if (step.kind !== 'do') return []
  const contract = plan.contracts[step.action]
  return contract === undefined ? [] : [[step.id, contract.output]]
}

function casesOf(step: StepPlan & { kind: 'decide' }): string[] {
  const named = step.cases.map(({ name }) => name)
  return [...named, ...(step.otherwise === undefined ? [] : [step.otherwise]), 'mixed', 'unknown']
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
