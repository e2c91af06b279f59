import { canonical } from '../schemas/canonical.ts'
import type { Json } from '../schemas/json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A text may hold so many values: more of them, each a byte or two, would take all memory before anything is said of them. */
const MOST_VALUES = 8_000_000

/**
 * Parses JSON that must be canonical, byte for byte: there is one way to write it, so that no two readers of it differ
 * (duplicate keys, numbers out of range, broken UTF-8). Throws otherwise.
 */
export function parseCanonical(bytes: Buffer, path: string): Json {
  return parseCanonicalText(decode(bytes, path), path)
}

/** The same for a text. */
export function parseCanonicalText(text: string, path: string): Json {
  if (hasTooManyValues(text)) throw new TypeError(`${path} holds too many values`)
  const value = attempt(() => JSON.parse(text) as Json)
  if (value !== undefined && attempt(() => canonical(value)) === text) return value
  throw new TypeError(`${path} is not canonical JSON`)
}

/** Every value but the first follows a comma, or stands first in brackets or braces. */
function hasTooManyValues(text: string): boolean {
  if (text.length <= MOST_VALUES) return false
  let values = 0
  for (let at = 0; at < text.length; at += 1) if (isBefore(text.charCodeAt(at))) values += 1
  return values > MOST_VALUES
}

/** A comma, a bracket or a brace. */
function isBefore(character: number): boolean {
  return character === 0x2c || character === 0x5b || character === 0x7b
}

function decode(bytes: Buffer, path: string): string {
  const text = attempt(() => utf8.decode(bytes))
  if (text === undefined) throw new TypeError(`${path} is not UTF-8`)
  return text
}

/** JSON that is nested too deeply exhausts the stack: that is an answer too. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
