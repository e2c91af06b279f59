import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { sameType } from '../predicate/describe.ts'

/** What something is about: fields with their types, and what stands in them. */
export interface Subject {
  readonly types: Readonly<Record<string, ValueType>>
  readonly values: JsonObject
}

/** An item of a list that stands for a subject: its id. */
export interface ItemSubject {
  readonly type: ValueType
  readonly value: Json | undefined
}

/**
 * Are two things about the same subject? Every field of the same name and type (ids, digests, enums) is equal, and there is
 * one. What has no such field at all is about everything.
 */
export function sameSubject(a: Subject, b: Subject): boolean {
  const common = commonFields(a.types, b.types)
  if (common.length > 0) return common.every((name) => equal(a.values[name], b.values[name]))
  return !hasSubject(a.types) || !hasSubject(b.types)
}

/** The same where an item stands for the subject: one field is its id, and all others are equal. */
export function sameItem(item: ItemSubject, about: Subject, other: Subject): boolean {
  const ids = Object.entries(other.types).filter(([, type]) => sameType(bare(type), item.type))
  const others = commonFields(about.types, other.types).filter((name) => ids.every(([id]) => id !== name))
  const named = ids.some(([name]) => equal(other.values[name], item.value))
  return named && others.every((name) => equal(about.values[name], other.values[name]))
}

/** Names of the fields by which two things can be compared. */
export function commonFields(a: Subject['types'], b: Subject['types']): string[] {
  return Object.keys(a).filter((name) => {
    const [mine, theirs] = [a[name], Object.hasOwn(b, name) ? b[name] : undefined]
    return mine !== undefined && theirs !== undefined && isSubject(mine) && sameType(bare(mine), bare(theirs))
  })
}

/** Are both the id of one kind of object? */
export function sameId(a: ValueType, b: ValueType): boolean {
  return bare(a).kind === 'id' && sameType(bare(a), bare(b))
}

/** Does anything of this shape name a subject? */
export function hasSubject(types: Subject['types']): boolean {
  return Object.values(types).some(isSubject)
}

/** The objects of the platform that something names, as `type/id`. */
export function objectsIn({ types, values }: Subject): string[] {
  return Object.entries(types).flatMap(([name, type]) => {
    const id = bare(type)
    const value = values[name]
    return id.kind === 'id' && typeof value === 'string' ? [`${id.of}/${value}`] : []
  })
}

/** A type without its being optional. */
export function bare(type: ValueType): ValueType {
  return type.kind === 'optional' ? type.inner : type
}

function isSubject(type: ValueType): boolean {
  return ['id', 'digest', 'enum'].includes(bare(type).kind)
}

/** What is absent is equal to nothing. */
function equal(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && a !== null && a === b
}
