import { paint } from '../terminal.ts'

/** Lines under a title of their own; nothing where there is none. */
export function headed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines]
}
