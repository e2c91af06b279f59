import type { Json } from '../../schemas/json.ts'
import type { ValueType } from '../../schemas/value-type.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A value as it stands in a text for people: durations and ratios as an author writes them, `30s` and `8%`. */
export function readable(value: Json, type: ValueType | undefined): string {
  if (type?.kind === 'optional') return readable(value, type.inner)
  if (typeof value === 'number' && type?.kind === 'duration') return durationText(value)
  if (typeof value === 'number' && type?.kind === 'ratio') return `${Number((value * 100).toPrecision(12))}%`
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function durationText(ms: number): string {
  const unit = UNITS.find(([, size]) => ms > 0 && ms % size === 0)
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]}${unit[0]}`
}
