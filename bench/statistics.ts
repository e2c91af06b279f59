/** The value below which the given share of the samples lies (nearest rank). Throws where there is nothing to rank. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const value = sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)]
  if (value === undefined) throw new Error('there are no samples')
  return value
}

/** Median and 95th percentile. */
export function spread(samples: readonly number[]): { readonly p50: number; readonly p95: number } {
  return { p50: quantile(samples, 0.5), p95: quantile(samples, 0.95) }
}
