import type { JsonObject } from '../../../schemas/json.ts'
import type { Keys } from '../shape/fields.ts'

/** A part of a JSON Schema. */
export type Schema = JsonObject

/** The schemas of a map's keys, in the order in which an editor offers them. */
export type Properties = Readonly<Record<string, Schema>>

/** The keys of one of the checker's tables. */
type KeyOf<K extends Keys> =
  K['required'][number] | (K extends { readonly optional: readonly (infer O extends string)[] } ? O : never)

/** What a schema says of a map beyond its keys, which are the checker's. */
interface MapShape<K extends Keys, P> {
  readonly text: string
  /** A schema for every key of the table, and for no other. */
  readonly properties: P & Readonly<Record<Exclude<keyof P, KeyOf<K>>, never>>
  /** Keywords that say what holds between keys. */
  readonly also?: Schema
}

/** A map with the keys of a table and no others. The keys are offered in the order in which `properties` has them. */
export function closed<const K extends Keys, P extends Readonly<Record<KeyOf<K>, Schema>>>(
  { what, required }: K,
  { text, properties, also = {} }: MapShape<K, P>,
): Schema {
  return {
    title: what,
    description: text,
    type: 'object',
    properties,
    ...(required.length > 0 ? { required: [...required] } : {}),
    additionalProperties: false,
    ...also,
  }
}

/** A map from names that the file chooses; `names` says how these are written. */
export function mapOf(value: Schema, names: Schema, also: Schema = {}): Schema {
  return { type: 'object', propertyNames: names, additionalProperties: value, ...also }
}

/** A list, which may be empty. */
export function listOf(item: Schema): Schema {
  return { type: 'array', items: item }
}

/** A list with at least one entry. */
export function someOf(item: Schema): Schema {
  return { ...listOf(item), minItems: 1 }
}

/** Any of these. */
export function either(...schemas: readonly Schema[]): Schema {
  return { anyOf: schemas }
}

/** The schema with a text that an editor shows beside it. */
export function about(text: string, schema: Schema): Schema {
  return { ...schema, description: text }
}

/** One word of a closed set. */
export function oneOf(words: readonly string[]): Schema {
  return { enum: words }
}
