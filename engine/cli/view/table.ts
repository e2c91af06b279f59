import { widthOf } from '../../diagnostics/width.ts'
import { pad, paint } from '../terminal.ts'

/** Lines of a table with aligned columns; the last column is as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, at) => Math.max(...[title, ...rows.map((row) => row[at] ?? '')].map(widthOf)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return [paint('dim', line(head)), ...rows.map(line)]
}
