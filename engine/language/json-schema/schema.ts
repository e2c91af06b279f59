import type { JsonObject } from '../../../schemas/json.ts'

/** A part of a JSON Schema. */
export type Schema = JsonObject

/** The schemas of a map's keys, in the order in which an editor offers them. */
export type Properties = Readonly<Record<string, Schema>>

/** Which keys a map has, and what else holds between them. */
export interface MapShape {
  /** What the checker calls the map in its messages: `a runbook`. */
  readonly what: string
  readonly text: string
  readonly required: Properties
  readonly optional?: Properties
  /** Keywords that say what holds between keys. */
  readonly also?: Schema
}

/** A map with these keys and no others. */
export function closed({ what, text, required, optional = {}, also = {} }: MapShape): Schema {
  return {
    title: what,
    description: text,
    type: 'object',
    properties: { ...required, ...optional },
    ...(Object.keys(required).length > 0 ? { required: Object.keys(required) } : {}),
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
