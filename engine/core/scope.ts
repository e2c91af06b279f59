import type { FactRecord } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { FactPlan } from '../../schemas/plan.ts'
import type { ValueType } from '../../schemas/value-type.ts'

/** Everything that an expression can name: roots that are certain, and facts that may be unknown. */
export interface Scope {
  readonly types: Readonly<Record<string, ValueType>>
  /** Values of the certain roots: inputs, policy, run, target, results and outputs of steps. */
  readonly values: JsonObject
  readonly facts: Readonly<Record<string, FactPlan>>
  readonly records: Readonly<Record<string, FactRecord>>
  /** Says why a record that was read is still not to be trusted, such as its age; the door sets it. */
  readonly doubt?: (record: FactRecord, plan: FactPlan) => string | undefined
}

/** What stands at a path: a value, or the reason why nobody can say. */
export type Looked = { readonly value: Json } | { readonly unknown: string }

/** Follows a path from its root; optional values answer to `.known` and `.value` (language.md 3). */
export function lookUp(path: readonly string[], scope: Scope): Looked {
  const [root = '', ...rest] = path
  const start = rootValue(root, scope)
  if ('unknown' in start) return start
  const reached = follow({ value: start.value, type: scope.types[root] }, rest)
  // There is no null in the language: it stands for nothing, not for a value (G10).
  return reached === undefined || reached === null
    ? { unknown: `\`${path.join('.')}\` is missing` }
    : { value: reached }
}

/** The value of a root, as far as it is known: a fact only where nothing is in doubt (G10, G12). */
export function rootValue(root: string, scope: Scope): Looked {
  const plan = own(scope.facts, root)
  if (plan === undefined) return certainValue(root, scope)
  const record = own(scope.records, root)
  const doubt = record === undefined ? `\`${root}\` was not read` : doubtOf(record, plan, scope)
  return doubt === undefined ? { value: record?.value as Json } : { unknown: doubt }
}

function certainValue(root: string, scope: Scope): Looked {
  const value = own(scope.values, root)
  return value === undefined ? { unknown: `\`${root}\` has no value` } : { value }
}

/** Names come from files: `valueOf` is one like any other. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function doubtOf(record: FactRecord, plan: FactPlan, scope: Scope): string | undefined {
  if (record.unknown !== undefined) return `${record.fact}: ${record.unknown.reason}: ${record.unknown.detail}`
  if (record.value === undefined) return `${record.fact} has no value`
  return doubtOfLists(record, plan) ?? scope.doubt?.(record, plan)
}

/** A list counts only when its authority says that it is whole, and when empty only where that was thought of (G12). */
function doubtOfLists(record: FactRecord, plan: FactPlan): string | undefined {
  const lists = listFields(plan.result)
  if (lists.length === 0) return undefined
  if (record.complete !== true) return `${record.fact}: incomplete: its authority does not say that the list is whole`
  const empty = lists.find((path) => isEmptyAt(path, record.value as Json))
  if (empty === undefined || plan.ifEmpty === 'allow') return undefined
  return `${record.fact}: empty: ${empty.join('.')} is an empty list, and nothing says that empty is a value here`
}

/** The paths of a fact to its lists; those of single items are the items' own. */
function listFields(type: ValueType | undefined): string[][] {
  if (type?.kind === 'list') return [[]]
  if (type?.kind === 'optional') return listFields(type.inner)
  if (type?.kind !== 'object') return []
  return Object.entries(type.fields).flatMap(([name, field]) => listFields(field).map((path) => [name, ...path]))
}

function isEmptyAt([field, ...path]: readonly string[], value: Json | undefined): boolean {
  if (field === undefined) return Array.isArray(value) && value.length === 0
  const inner =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[field] : undefined
  return isEmptyAt(path, inner)
}

interface Position {
  readonly value: Json | undefined
  readonly type: ValueType | undefined
}

function follow(position: Position, path: readonly string[]): Json | undefined {
  const [field, ...rest] = path
  if (field === undefined) return position.value
  if (position.type?.kind === 'optional') return followOptional(position, path)
  const object = position.value as JsonObject | null | undefined
  if (typeof object !== 'object' || object === null) return undefined
  if (!Object.hasOwn(object, field)) return absentField(position, field, rest)
  return follow({ value: object[field], type: fieldType(position.type, field) }, rest)
}

/** An optional field that is absent still answers to `.known`. */
function absentField(position: Position, field: string, rest: readonly string[]): Json | undefined {
  const type = fieldType(position.type, field)
  return type?.kind === 'optional' ? followOptional({ value: undefined, type }, rest) : undefined
}

function followOptional(position: Position, path: readonly string[]): Json | undefined {
  const [field, ...rest] = path
  if (position.value === null) return undefined
  if (field === 'known') return position.value !== undefined
  if (field !== 'value' || position.value === undefined) return undefined
  const inner = position.type?.kind === 'optional' ? position.type.inner : undefined
  return follow({ value: position.value, type: inner }, rest)
}

function fieldType(type: ValueType | undefined, field: string): ValueType | undefined {
  return type?.kind === 'object' ? type.fields[field] : undefined
}
