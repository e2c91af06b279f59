import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import type { ActionContract } from '../../../schemas/contract.ts'
import type { GuardedEffect } from '../../core/rules.ts'
import { callers } from './instance.ts'
import type { Instance } from './instance.ts'
import type { Known } from './known.ts'

/** An effect about to be caused, by whom, and on whose behalf. */
interface Caused {
  readonly instance: Instance
  readonly contract: ActionContract
  readonly input: JsonObject
  readonly guarded: readonly GuardedEffect[]
}

/**
 * The environments that an effect, its run, or a called runbook is about, whatever the field is called that names them: an
 * emergency stop of an environment holds what is about it. None where nobody says.
 */
export function environmentsOf({ instance, contract, input, guarded }: Caused, known: Known): string[] {
  const ofRuns = [...callers(instance), instance].flatMap(({ spot: { level } }) =>
    named(inputTypes(level.plan.inputs), known.inputsOf(level) ?? {}),
  )
  const ofTargets = guarded.flatMap(({ target }) => named({ environment: ENVIRONMENT }, target))
  return [...new Set([...named(contract.input.fields, input), ...ofTargets, ...ofRuns])]
}

const ENVIRONMENT: ValueType = { kind: 'id', of: 'environment' }

function inputTypes(inputs: Instance['spot']['level']['plan']['inputs']): Record<string, ValueType> {
  return Object.fromEntries(Object.entries(inputs).map(([name, { type }]) => [name, type]))
}

function named(types: Readonly<Record<string, ValueType>>, values: JsonObject): string[] {
  return Object.entries(types).flatMap(([name, type]) => environmentsIn(type, values[name]))
}

function environmentsIn(type: ValueType, value: Json | undefined): string[] {
  if (type.kind === 'optional') return environmentsIn(type.inner, value)
  if (type.kind === 'list')
    return Array.isArray(value) ? value.flatMap((item) => environmentsIn(type.item, item as Json)) : []
  return type.kind === 'id' && type.of === 'environment' && typeof value === 'string' ? [value] : []
}
