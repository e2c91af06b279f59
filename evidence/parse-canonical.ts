import { canonical } from '../schemas/canonical.ts'
import type { Json } from '../schemas/json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A text may hold so many values: more of them, each a byte or two, would take all memory before anything is said of them. */
const MOST_VALUES = 8_000_000

/** Values may stand in one another so deep: how much deeper a reader gets depends on its stack. */
const DEEPEST = 1_000

/**
 * Parses JSON that must be canonical, byte for byte: there is one way to write it, so that no two readers of it differ
 * (duplicate keys, numbers out of range, broken UTF-8). Throws otherwise.
 */
export function parseCanonical(bytes: Buffer, path: string): Json {
  return parseCanonicalText(decode(bytes, path), path)
}

/** The same for a text. */
export function parseCanonicalText(text: string, path: string): Json {
  const { values, depth } = measured(text)
  if (values > MOST_VALUES) throw new TypeError(`${path} holds too many values`)
  if (depth > DEEPEST) throw new TypeError(`${path} is nested too deeply`)
  const value = attempt(() => JSON.parse(text) as Json)
  if (value !== undefined && attempt(() => canonical(value)) === text) return value
  throw new TypeError(`${path} is not canonical JSON`)
}

/** How much a text holds, before it is parsed. Every value but the first follows a comma, or stands first in brackets or braces. */
function measured(text: string): { readonly values: number; readonly depth: number } {
  if (text.length <= DEEPEST) return { values: 0, depth: 0 }
  let [values, depth, deepest] = [0, 0, 0]
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) at = endOfString(text, at)
    else if (character === COMMA) values += 1
    else if (isOpening(character)) {
      values += 1
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (isClosing(character)) depth -= 1
  }
  return { values, depth: deepest }
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]

/** Where the string ends that begins here: behind what a backslash hides. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

/** A bracket or a brace. */
function isOpening(character: number): boolean {
  return character === 0x5b || character === 0x7b
}

function isClosing(character: number): boolean {
  return character === 0x5d || character === 0x7d
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
