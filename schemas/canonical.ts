import type { Json } from './json.ts'

/** JSON in its canonical form (RFC 8785): the bytes that digests are taken over. Throws on what JSON cannot carry. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return canonicalText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join(',')}]`
  if (isPlainObject(value)) return canonicalObject(value as { readonly [key: string]: Json })
  throw new TypeError(`JSON cannot carry a ${typeof value}`)
}

function canonicalText(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text)
  throw new TypeError('JSON cannot carry a lone surrogate')
}

function canonicalNumber(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value)
  throw new TypeError(`JSON cannot carry ${value}`)
}

/** A Date or a Map would silently become `{}`. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Members sorted by UTF-16 code units, those without a value left out. */
function canonicalObject(object: { readonly [key: string]: Json | undefined }): string {
  let members = ''
  for (const key of Object.keys(object).sort()) {
    const value = object[key]
    if (value !== undefined) members += `${members === '' ? '' : ','}${canonicalText(key)}:${canonical(value)}`
  }
  return `{${members}}`
}
