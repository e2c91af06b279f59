/** One measured figure. A mean stands where only the sum of many runs can be measured. */
export interface Figure {
  readonly name: string
  readonly unit: 'ms' | '×' | 'bytes' | 'files' | 'MB'
  readonly p50?: number
  readonly p95?: number
  readonly mean?: number
  /** What was measured, and how often. */
  readonly measured: string
}
