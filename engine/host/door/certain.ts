import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Operand, Plan } from '../../../schemas/plan.ts'
import type { Scope } from '../../core/scope.ts'
import { policyValues, variablesOf } from '../../core/variables.ts'

/** Roots whose values the door knows for itself, at any point of a run. */
const CERTAIN = ['inputs', 'policy']

/** Whether an operand rests on nothing but what the door knows for itself. */
export function isCertain(operand: Operand): boolean {
  if ('literal' in operand) return true
  const paths =
    'path' in operand ? [operand.path] : operand.text.filter((part) => typeof part !== 'string').map(({ path }) => path)
  return paths.every(([root = '']) => CERTAIN.includes(root))
}

/** A scope of inputs and policy alone. */
export function certainScope(plan: Plan, run: { readonly inputs: JsonObject }): Scope {
  const values: Record<string, Json> = { inputs: run.inputs, policy: policyValues(plan) }
  return { types: variablesOf(plan), values, facts: plan.facts, records: {} }
}
