import type { SchemaObject } from 'ajv/dist/2020.js'
import type { InputPlan } from '../../schemas/plan.ts'
import { DIGEST, OBJECT_ID } from '../../schemas/value-type.ts'
import type { ValueType } from '../../schemas/value-type.ts'

/** The JSON Schema of a Plan's inputs, with their defaults. */
export function inputsSchema(inputs: Readonly<Record<string, InputPlan>>): SchemaObject {
  const properties = Object.entries(inputs).map(([name, { type, default: preset }]) => {
    return [name, preset === undefined ? schemaOf(type) : { ...schemaOf(type), default: preset }] as const
  })
  return closed(
    properties,
    Object.keys(inputs).filter((name) => isRequired(inputs[name])),
  )
}

function isRequired(input: InputPlan | undefined): boolean {
  return input !== undefined && input.default === undefined && input.type.kind !== 'optional'
}

/** The JSON Schema of one type of the language; the forms are those that actions validate by (`schemas/types.ts`). */
function schemaOf(type: ValueType): SchemaObject {
  switch (type.kind) {
    case 'bool':
      return { type: 'boolean' }
    case 'text':
      return { type: 'string' }
    case 'version':
      return { type: 'string', minLength: 1 }
    case 'ratio':
      return { type: 'number' }
    case 'count':
    case 'duration':
    case 'epoch':
    case 'sequence':
      return { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
    case 'digest':
      return { type: 'string', pattern: DIGEST.source }
    case 'id':
      return { type: 'string', pattern: OBJECT_ID.source }
    case 'time':
      return { type: 'string', format: 'moment' }
    case 'enum':
      return { type: 'string', enum: [...type.words] }
    case 'optional':
      return schemaOf(type.inner)
    case 'list':
      return { type: 'array', items: schemaOf(type.item) }
    case 'object':
      return objectSchema(type.fields)
    case 'secretRef':
      return closed([['secret', { type: 'string' }]], ['secret'])
  }
}

function objectSchema(fields: Readonly<Record<string, ValueType>>): SchemaObject {
  const properties = Object.entries(fields).map(([name, type]) => [name, schemaOf(type)] as const)
  const required = Object.entries(fields).flatMap(([name, { kind }]) => (kind === 'optional' ? [] : [name]))
  return closed(properties, required)
}

function closed(properties: readonly (readonly [string, SchemaObject])[], required: string[]): SchemaObject {
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false }
}
