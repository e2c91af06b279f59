import type { Json } from './json.ts'

/** JSON in its canonical form (RFC 8785): the bytes that digests are taken over. Throws on what JSON cannot carry. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join(',')}]`
  if (isPlainObject(value)) return canonicalObject(value as { readonly [key: string]: Json })
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON cannot carry ${value}`)
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('JSON cannot carry a lone surrogate')
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return JSON.stringify(value)
  throw new TypeError(`JSON cannot carry a ${typeof value}`)
}

/** A Date or a Map would silently become `{}`. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Members sorted by UTF-16 code units, those without a value left out. */
function canonicalObject(object: { readonly [key: string]: Json | undefined }): string {
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${canonical(key)}:${canonical(object[key])}`)
  return `{${members.join(',')}}`
}
