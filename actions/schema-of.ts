import { z } from 'zod'
import type { AllowedInput } from '../schemas/allowlist.ts'
import * as types from '../schemas/types.ts'
import type { ObjectType, ScalarKind, ValueType } from '../schemas/value-type.ts'

const scalars: Readonly<Record<ScalarKind, () => z.ZodType>> = {
  bool: types.bool,
  text: types.text,
  count: types.count,
  ratio: types.ratio,
  duration: types.duration,
  digest: types.digest,
  epoch: types.epoch,
  version: types.version,
  sequence: types.sequence,
  secretRef: types.secretRef,
}

/** The zod schema of an object type: the way back from what `objectTypeOf` reads. */
export function schemaOf(type: ObjectType): z.ZodObject {
  return z.strictObject(mapFields(type.fields, valueSchema))
}

/** The schema of an allowlist entry's inputs. Only scalars: each becomes one argument or one path segment. */
export function inputSchemaOf(inputs: Readonly<Record<string, AllowedInput>>): z.ZodObject {
  return z.strictObject(mapFields(inputs, inputSchema))
}

function inputSchema({ type, pattern }: AllowedInput): z.ZodType {
  if (['object', 'list', 'optional', 'secretRef'].includes(type.kind))
    throw new TypeError(`an input of an allowlist entry cannot be of type ${type.kind}`)
  if (pattern === undefined) return valueSchema(type)
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  const expected = { error: `expected text that matches ${pattern}` }
  return valueSchema(type).refine((value) => whole.test(String(value)), expected)
}

function valueSchema(type: ValueType): z.ZodType {
  switch (type.kind) {
    case 'time':
      return types.time(type.clock)
    case 'id':
      return types.id(type.of)
    case 'enum':
      return types.oneOf(type.of, type.words as [string, ...string[]])
    case 'optional':
      return valueSchema(type.inner).optional()
    case 'list':
      return z.array(valueSchema(type.item))
    case 'object':
      return schemaOf(type)
    default:
      return scalars[type.kind]()
  }
}

function mapFields<T>(fields: Readonly<Record<string, T>>, map: (value: T) => z.ZodType): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]))
}
