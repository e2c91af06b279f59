import type { Json } from './json.ts'

/** Text of these characters alone stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

/** JSON in its canonical form (RFC 8785): the bytes that digests are taken over. Throws on what JSON cannot carry. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalText(value)
    case 'number':
      return canonicalNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : canonicalContainer(value)
    default:
      throw new TypeError(`JSON cannot carry a ${typeof value}`)
  }
}

function canonicalText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (text.isWellFormed()) return JSON.stringify(text)
  throw new TypeError('JSON cannot carry a lone surrogate')
}

function canonicalNumber(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value)
  throw new TypeError(`JSON cannot carry ${value}`)
}

function canonicalContainer(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join(',')}]`
  if (isPlainObject(value)) return canonicalObject(value as { readonly [key: string]: Json })
  throw new TypeError('JSON cannot carry an object')
}

/** A Date or a Map would silently become `{}`. */
function isPlainObject(value: object): boolean {
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
