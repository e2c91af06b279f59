import type { PolicyValue } from '../../../schemas/plan.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A duration as an author writes it: `5m`, `90s`. */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, size]) => ms > 0 && ms % size === 0)
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]}${unit[0]}`
}

/** A policy value as an author writes it, with its source. */
export function policyText(name: string, { type, value, source }: PolicyValue): string {
  const shown = typeof value === 'number' ? numberText(type.kind, value) : JSON.stringify(value)
  return `${name} = ${shown} (${source})`
}

function numberText(kind: PolicyValue['type']['kind'], value: number): string {
  if (kind === 'duration') return durationText(value)
  return kind === 'ratio' ? `${Number((value * 100).toPrecision(12))}%` : String(value)
}
