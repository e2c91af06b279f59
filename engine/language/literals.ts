import type { Json } from '../../schemas/json.ts'
import { DIGEST, OBJECT_ID } from '../../schemas/value-type.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { isMoment } from '../core/cel.ts'

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** How a duration is written: no longer than a lifetime, so that every moment in it can be counted. */
export const DURATION_FORM = '(\\d{1,9}(ms|s)|\\d{1,8}m|\\d{1,6}h|\\d{1,5}d)'
const DURATION = new RegExp(`^(?=${DURATION_FORM}$)(\\d+)([a-z]+)$`)

/** Milliseconds of `90s`, `5m`, `2h`, `3d`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const [, , , number, unit] = DURATION.exec(text) ?? []
  return number === undefined || unit === undefined ? undefined : Number(number) * UNITS[unit as keyof typeof UNITS]
}

/** The number of `0.5%`; undefined for anything else. */
export function ratioOf(text: string): number | undefined {
  const [, number] = /^(\d{1,6}(?:\.\d{1,9})?)\s?%$/.exec(text) ?? []
  return number === undefined ? undefined : Number((Number(number) / 100).toPrecision(15))
}

/** How a day is written. */
export const DAY_FORM = '\\d{4}-\\d\\d-\\d\\d'
const DAY = new RegExp(`^${DAY_FORM}$`)

/** Is this a day of the calendar, such as `2026-08-21`? */
export function isDay(text: string): boolean {
  return DAY.test(text) && isMoment(`${text}T00:00:00Z`)
}

/** The JSON of a literal of this type, or undefined where the text is none. */
export function literalOf(text: string, type: ValueType): Json | undefined {
  switch (type.kind) {
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'text':
      return text
    case 'count':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined
    case 'ratio':
      return ratioOf(text)
    case 'duration':
      return durationMs(text)
    case 'time':
      return isMoment(text) ? text : undefined
    case 'digest':
      return DIGEST.test(text) ? text : undefined
    case 'id':
      return OBJECT_ID.test(text) ? text : undefined
    case 'enum':
      return type.words.includes(text) ? text : undefined
    case 'optional':
      return literalOf(text, type.inner)
    case 'epoch':
    case 'version':
    case 'sequence':
    case 'secretRef':
    case 'list':
    case 'object':
      return undefined
  }
}

/** Is this JSON a value that a literal of this type could be? */
export function isLiteral(value: Json, type: ValueType): boolean {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean'
    case 'count':
    case 'duration':
      return Number.isInteger(value) && Number(value) >= 0
    case 'ratio':
      return typeof value === 'number'
    case 'optional':
      return isLiteral(value, type.inner)
    default:
      return typeof value === 'string' && literalOf(value, type) === value
  }
}

/** How a literal of this type is written; undefined where there is none. */
export function literalForm(type: ValueType): string | undefined {
  switch (type.kind) {
    case 'bool':
      return '`true` or `false`'
    case 'count':
      return 'a whole number'
    case 'ratio':
      return '`0.5%`'
    case 'duration':
      return '`90s`, `5m`, `2h` or `3d`'
    case 'time':
      return 'RFC 3339, such as `2026-08-21T10:00:00Z`'
    case 'digest':
      return '`sha256:` and 64 hexadecimal digits'
    case 'id':
      return 'letters, digits and `. _ : / -`'
    case 'enum':
      return type.words.map((word) => `\`${word}\``).join(', ')
    case 'optional':
      return literalForm(type.inner)
    case 'text':
      return 'text'
    case 'epoch':
    case 'version':
    case 'sequence':
    case 'secretRef':
    case 'list':
    case 'object':
      return undefined
  }
}
