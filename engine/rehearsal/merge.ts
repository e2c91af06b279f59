import { canonical } from '../../schemas/canonical.ts'
import { isJsonObject } from '../../schemas/json.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'

/** A JSON merge patch (RFC 7396): `null` takes a field away, lists are replaced. */
export function merged(value: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const fields: Record<string, Json> = isJsonObject(value) ? { ...value } : {}
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete fields[name]
    else fields[name] = merged(fields[name], change)
  }
  return fields
}

/** Are all these inputs among those? */
export function isWithin(inputs: JsonObject, all: JsonObject): boolean {
  return Object.entries(inputs).every(
    ([name, value]) => Object.hasOwn(all, name) && canonical(all[name] ?? null) === canonical(value),
  )
}

/** A text that is `{{name}}` and nothing else becomes the input of that name. */
export function filledIn(value: Json, input: JsonObject): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => filledIn(item, input))
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filledIn(inner, input)]))
  const [, name = ''] = typeof value === 'string' ? (/^\{\{(\w+)\}\}$/.exec(value) ?? []) : []
  return Object.hasOwn(input, name) ? (input[name] ?? null) : value
}
