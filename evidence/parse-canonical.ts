import { canonical } from '../schemas/canonical.ts'
import type { Json } from '../schemas/json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses JSON that must be canonical, byte for byte: there is one way to write it, so that no two readers of it differ
 * (duplicate keys, numbers out of range, broken UTF-8). Throws otherwise.
 */
export function parseCanonical(bytes: Buffer, path: string): Json {
  const text = decode(bytes, path)
  const value = attempt(() => JSON.parse(text) as Json)
  if (value !== undefined && attempt(() => canonical(value)) === text) return value
  throw new TypeError(`${path} is not canonical JSON`)
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
