import { z } from 'zod'
import type { ObjectType, ScalarKind, ValueType } from '../schemas/value-type.ts'

/** The part of JSON Schema that zod writes for the types of the language. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly 'x-type'?: string
}

const scalars: ReadonlySet<string> = new Set<ScalarKind>([
  'bool',
  'text',
  'count',
  'ratio',
  'duration',
  'digest',
  'epoch',
  'version',
  'sequence',
  'secretRef',
])

/** Reads a zod object as a type of the language. Throws where a field is of no such type, with the field's path. */
export function objectTypeOf(schema: z.ZodObject, io: 'input' | 'output'): ObjectType {
  const shape = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Shape
  return objectType(shape, [])
}

function objectType(shape: Shape, path: readonly string[]): ObjectType {
  if (shape.properties === undefined) throw noType(path)
  const required = new Set(shape.required)
  const fields = Object.entries(shape.properties).map(([name, field]): [string, ValueType] => {
    const inner = valueType(field, [...path, name])
    return [name, required.has(name) ? inner : { kind: 'optional', inner }]
  })
  return { kind: 'object', fields: Object.fromEntries(fields) }
}

function valueType(shape: Shape, path: readonly string[]): ValueType {
  const named = shape['x-type']
  if (named !== undefined) return namedType(named, shape, path)
  if (shape.type === 'array' && shape.items) return { kind: 'list', item: valueType(shape.items, [...path, '[]']) }
  if (shape.type === 'object') return objectType(shape, path)
  throw noType(path)
}

/** `digest`, `time@<clock>`, `id:<of>` or `enum:<name>`, as `schemas/types.ts` writes them. */
function namedType(named: string, shape: Shape, path: readonly string[]): ValueType {
  if (scalars.has(named)) return { kind: named as ScalarKind }
  const [, kind, parameter] = /^(time(?=@)|id(?=:)|enum(?=:))[@:](.+)$/.exec(named) ?? []
  if (kind === 'time' && parameter) return { kind, clock: parameter }
  if (kind === 'id' && parameter) return { kind, of: parameter }
  if (kind === 'enum' && parameter && shape.enum) return { kind, of: parameter, words: shape.enum }
  throw noType(path)
}

function noType(path: readonly string[]): TypeError {
  const where = path.length === 0 ? 'the object itself' : `\`${path.join('.')}\``
  return new TypeError(`${where} has no type of the language: use the constructors of schemas/types.ts`)
}
