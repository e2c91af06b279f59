import type { Json } from '../../../schemas/json.ts'
import type { ScalarKind, ValueType } from '../../../schemas/value-type.ts'
import { describeType } from './describe.ts'

/** Thrown where a predicate cannot be evaluated: whoever judges it says `unknown`, never true and never false. */
export class PredicateError extends Error {
  override readonly name = 'PredicateError'
}

/** A value as the CEL library takes it: integers and times are BigInt, an optional value is `{ known, value }`. */
export type CelValue = boolean | number | bigint | string | readonly CelValue[] | { readonly [key: string]: CelValue }

/** The paths that a predicate uses, as a tree; a leaf stands for everything below it. */
export interface Wanted {
  readonly [key: string]: Wanted
}

/** Turns used paths into a tree. */
export function wantedOf(paths: Iterable<readonly string[]>): Wanted {
  const tree: Record<string, Wanted> = Object.create(null) as Record<string, Wanted>
  for (const path of paths) {
    let node = tree
    for (const key of path) node = node[key] ??= Object.create(null) as Record<string, Wanted>
  }
  return tree
}

interface Place {
  readonly type: ValueType
  readonly wanted: Wanted
  readonly path: string
}

/**
 * Validates and converts what a predicate uses, before anything is evaluated (G10): missing, null, NaN and
 * wrongly typed values throw, inside list items too. Integers become BigInt by their declared type (G14).
 */
export function toCel(value: Json | undefined, place: Place): CelValue {
  const { type, path } = place
  if (type.kind === 'optional') return optionalToCel(value, { ...place, type: type.inner })
  if (value === undefined) throw new PredicateError(`\`${path}\` is missing`)
  if (value === null) throw new PredicateError(`\`${path}\` is null`)
  if (type.kind === 'list') return listToCel(value, { ...place, type: type.item })
  if (type.kind === 'object') return objectToCel(value, { ...place, type })
  return scalarToCel(value, type, path)
}

function optionalToCel(value: Json | undefined, place: Place): CelValue {
  const known = value !== undefined
  if (!known && 'value' in place.wanted) throw new PredicateError(`\`${place.path}.value\` is absent`)
  if (!known) return bare({ known })
  const wanted = place.wanted['value']
  return bare({ known, value: toCel(value, { ...place, wanted: wanted ?? {} }) })
}

function listToCel(value: Json, place: Place): CelValue {
  if (!Array.isArray(value)) throw wrong(value, 'a list', place.path)
  const wanted = place.wanted['[]'] ?? {}
  return value.map((item: Json, at) => toCel(item, { type: place.type, wanted, path: `${place.path}[${at}]` }))
}

function objectToCel(value: Json, { type, wanted, path }: Place & { type: { kind: 'object' } }): CelValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(value, 'an object', path)
  const object = value as { readonly [key: string]: Json }
  const used = Object.keys(wanted)
  const fields = (used.length === 0 ? Object.keys(type.fields) : used).flatMap((name): [string, CelValue][] => {
    const field = type.fields[name]
    if (field === undefined) return []
    const found = Object.hasOwn(object, name) ? object[name] : undefined
    return [[name, toCel(found, { type: field, wanted: wanted[name] ?? {}, path: `${path}.${name}` })]]
  })
  return bare(Object.fromEntries(fields))
}

function scalarToCel(
  value: Json,
  type: Exclude<ValueType, { kind: 'object' | 'list' | 'optional' }>,
  path: string,
): CelValue {
  const expected = describeType(type)
  if (type.kind === 'time') return typeof value === 'string' ? nanoseconds(value, path) : fail(value, expected, path)
  if (type.kind === 'id') return typeof value === 'string' && value !== '' ? value : fail(value, expected, path)
  if (type.kind === 'enum')
    return typeof value === 'string' && type.words.includes(value) ? value : fail(value, expected, path)
  return plainToCel(value, type.kind, path)
}

function plainToCel(value: Json, kind: ScalarKind, path: string): CelValue {
  const expected = describeType({ kind })
  switch (kind) {
    case 'bool':
      return typeof value === 'boolean' ? value : fail(value, expected, path)
    case 'text':
    case 'version':
      return typeof value === 'string' ? value : fail(value, expected, path)
    case 'digest':
      return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value) ? value : fail(value, expected, path)
    case 'ratio':
      return typeof value === 'number' && Number.isFinite(value) ? value : fail(value, expected, path)
    case 'count':
    case 'epoch':
    case 'sequence':
      return whole(value) ? BigInt(value) : fail(value, expected, path)
    case 'duration':
      return whole(value) ? BigInt(value) * 1_000_000n : fail(value, expected, path)
    case 'secretRef':
      throw new PredicateError(`\`${path}\` is a secret and decides nothing`)
  }
}

/** Times and durations meet as nanoseconds, so that no digit of a time is lost. */
function nanoseconds(text: string, path: string): bigint {
  const [, moment = '', fraction = '', zone = ''] = MOMENT.exec(text) ?? []
  if (!isMoment(text)) throw new PredicateError(`\`${path}\` is not a time (RFC 3339)`)
  return BigInt(Date.parse(`${moment}${zone}`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/**
 * RFC 3339 with an offset, on a day that there is: JavaScript takes the 30th of February for the 2nd of March, and the 24th hour for
 * the next day.
 */
export function isMoment(text: string): boolean {
  if (!MOMENT.test(text) || Number.isNaN(Date.parse(text))) return false
  const [year = 0, month = 0, day = 0, hour = 0] = text.split(/[-T:]/).map(Number)
  return hour < 24 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}

function whole(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function fail(value: Json, expected: string, path: string): never {
  throw wrong(value, expected, path)
}

/** Names what was found by its type, not by its value: a value may be long, or not for everybody's eyes. */
function wrong(value: Json, expected: string, path: string): PredicateError {
  const found = Number.isNaN(value) ? 'NaN' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  return new PredicateError(`\`${path}\` is ${found}, where ${expected} is needed`)
}

/** Objects without a prototype: an expression reaches what is there, and nothing else. */
function bare(fields: { [key: string]: CelValue }): CelValue {
  return Object.assign(Object.create(null) as object, fields)
}
