import type { Json } from '../../schemas/json.ts'

/**
 * A value as it can be recorded and signed: half of a character, of which there is no text in UTF-8, becomes `�`. A host answers
 * with nothing of the kind; whoever reaches Temporal can answer with anything.
 */
export function wellFormed<T>(value: T): T {
  // What came as JSON stays JSON, of the same shape.
  return isWellFormed(value) ? value : (mended(value as Json) as T)
}

/** Can it be recorded and signed as it is? */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([key, one]) => key.isWellFormed() && isWellFormed(one))
}

function mended(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(mended)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toWellFormed(), mended(one)]))
}
