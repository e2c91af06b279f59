import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { InputPlan, Plan } from '../../schemas/plan.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { describeType, isMoment } from '../core/cel.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { literalForm } from '../language/literals.ts'
import { echoed } from './echo.ts'
import { inputsSchema } from './input-schema.ts'
import { valueOf } from './input-text.ts'

/** The inputs of a run as its Plan has them, or everything that is wrong with them, in sentences. */
export type CheckedInputs = { readonly inputs: JsonObject } | { readonly problems: string[] }

/**
 * Checks what a person or an alert gives against the inputs of a Plan: text is read as the declared type (`5m`, `0.5%`),
 * defaults are applied, and nothing that the Plan does not declare is let in.
 */
export function checkInputs(plan: Plan, given: Readonly<Record<string, unknown>>): CheckedInputs {
  const inputs = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typed(inputOf(plan, name), value)]),
  )
  const validate = validatorOf(plan)
  if (validate(inputs)) return { inputs: inputs as JsonObject }
  const problems = (validate.errors ?? []).map((error) => sentence(error, plan, given))
  return { problems: [...new Set(problems)] }
}

const validators = new WeakMap<Plan['inputs'], ValidateFunction>()

function validatorOf({ inputs }: Plan): ValidateFunction {
  const known = validators.get(inputs)
  if (known !== undefined) return known
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, ownProperties: true, formats: { moment: isMoment } })
  const made = ajv.compile(inputsSchema(inputs))
  validators.set(inputs, made)
  return made
}

/** Text that is no value of its type stays text, and is refused by the schema. */
function typed(input: InputPlan | undefined, value: unknown): unknown {
  if (input === undefined || typeof value !== 'string') return value
  return valueOf(value, input.type) ?? value
}

function inputOf({ inputs }: Plan, name: string): InputPlan | undefined {
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined
}

function sentence({ keyword, params, instancePath }: ErrorObject, plan: Plan, given: object): string {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, string | undefined>>
  const isTop = instancePath === ''
  if (keyword === 'required' && isTop) return missing(plan, missingProperty ?? '')
  if (keyword === 'additionalProperties' && isTop) return unknownInput(plan, additionalProperty ?? '')
  const name = instancePath.split('/')[1] ?? ''
  const input = inputOf(plan, name)
  return input === undefined ? `the input \`${name}\` is not valid` : wrong(name, input.type, given)
}

function missing(plan: Plan, name: string): string {
  const type = inputOf(plan, name)?.type
  return type === undefined ? `the input \`${name}\` is missing` : `the input \`${name}\` is missing: ${expected(type)}`
}

function unknownInput(plan: Plan, name: string): string {
  const suggestion = didYouMean(name, Object.keys(plan.inputs))
  const known = `this runbook has no input \`${echoed(name)}\``
  return suggestion === undefined ? known : `${known}; ${suggestion}`
}

function wrong(name: string, type: ValueType, given: object): string {
  const value = new Map<string, unknown>(Object.entries(given)).get(name)
  const shown = type.kind === 'secretRef' ? 'what was given' : `\`${echoed(textOf(value as Json))}\``
  return `the input \`${name}\` cannot be ${shown}: ${expected(type)}`
}

function expected(type: ValueType): string {
  const form = literalForm(type)
  return `it is ${describeType(type)}${form === undefined || type.kind === 'text' ? '' : `, written as ${form}`}`
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
}
