import type { Figure } from './figure.ts'
import type { Machine } from './machine.ts'

/** Everything that one run of the bench says. */
export interface Report {
  readonly at: string
  readonly machine: Machine
  readonly figures: readonly Figure[]
}

const HEAD = ['figure', 'unit', 'p50', 'p95', 'mean', 'measured']

/** The report as text: a Markdown table, with the machine above it. */
export function tableOf({ at, machine, figures }: Report): string {
  const rows = [HEAD, ...figures.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head = '', ...lines] = rows.map((row) => lineOf(row.map((cell, at) => cell.padEnd(widths[at] ?? 0))))
  const rule = lineOf(widths.map((width) => '-'.repeat(width)))
  return [`Measured ${at}.`, describe(machine), '', head, rule, ...lines, ''].join('\n')
}

function rowOf({ name, unit, p50, p95, mean, measured }: Figure): string[] {
  return [name, unit, ...[p50, p95, mean].map((value) => numberOf(value, unit)), measured]
}

function numberOf(value: number | undefined, unit: Figure['unit']): string {
  if (value === undefined) return ''
  if (unit === 'bytes' || unit === 'files' || unit === 'MB') return String(Math.round(value))
  return value.toFixed(unit === '×' ? 2 : 1)
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function describe({ cores, cpu, memoryGb, system, load, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const loads = `load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after`
  return `Machine: ${cores} cores (${cpu}), ${memoryGb} GB, ${system}; ${loads}.\nPrograms: ${programs.join(', ')}.`
}
