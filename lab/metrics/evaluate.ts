import type { Matcher, Query, Sum } from './query.ts'
import type { Series } from './series.ts'

/** One element of an instant vector. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** Evaluates a query over the series that exist, as Prometheus would: what has no series has no result. */
export function evaluate(query: Query, series: readonly Series[]): Sample[] {
  const over = sumUp(query.over, series)
  if (query.under === undefined) return over
  const under = new Map(sumUp(query.under, series).map((sample) => [keyOf(sample.metric), sample.value]))
  return over.flatMap(({ metric, value }) => {
    const divisor = under.get(keyOf(metric))
    return divisor === undefined ? [] : [{ metric, value: value / divisor }]
  })
}

function sumUp({ by, matchers }: Sum, series: readonly Series[]): Sample[] {
  const sums = new Map<string, Sample>()
  for (const { labels, rate } of series) {
    if (!matchers.every((matcher) => holds(matcher, labels))) continue
    const metric = Object.fromEntries(by.map((label) => [label, labels[label as keyof Series['labels']]]))
    sums.set(keyOf(metric), { metric, value: (sums.get(keyOf(metric))?.value ?? 0) + rate })
  }
  return [...sums.values()]
}

function holds({ label, op, value }: Matcher, labels: Series['labels']): boolean {
  const found = labels[label as keyof Series['labels']]
  const equal = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value
  return op.startsWith('!') ? !equal : equal
}

const keyOf = (metric: Sample['metric']): string => JSON.stringify(metric)

/** A number as Prometheus writes it. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
