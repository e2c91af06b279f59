import { stripVTControlCharacters } from 'node:util'
import { widthOf } from '../diagnostics/width.ts'

/** What stands before a value or a sentence, with the gap behind it: `  observed  `. */
const LABEL = /^(?: *\S+(?: \S+)* {2,})/
const WIDEST_LABEL = 24

/** Somebody may copy these into a terminal: a line break inside would break them. */
const COMMAND = /\b(?:runproof|npx|curl|chmod|timedatectl) \S|^\s*[$>] /

/**
 * Folds a line of text for a terminal of so many columns: at spaces, the rest below the place where the line's own words begin.
 * A line with a command is left to the terminal, and so is a word that is wider than all of it.
 */
export function fold(line: string, columns: number): string[] {
  const bare = stripVTControlCharacters(line)
  if (widthOf(bare) <= columns || COMMAND.test(bare)) return [line]
  const indent = indentOf(bare)
  const lines: string[] = []
  let rest = line
  for (;;) {
    const at = breakIn(rest, columns)
    if (at === undefined) return [...lines, rest]
    lines.push(rest.slice(0, at).trimEnd())
    rest = `${' '.repeat(indent)}${rest.slice(at).trimStart()}`
    if (widthOf(stripVTControlCharacters(rest)) <= columns) return [...lines, rest]
  }
}

function indentOf(bare: string): number {
  const label = LABEL.exec(bare)?.[0].length ?? 0
  const own = bare.length - bare.trimStart().length
  return label > 0 && label <= WIDEST_LABEL ? label : own + 4
}

/** Where the last word begins that is not within the columns; undefined where there is no such place. */
function breakIn(line: string, columns: number): number | undefined {
  const words = [...line.matchAll(/(?<=\S) +(?=\S)/g)]
  const fitting = words.filter(({ index }) => widthOf(stripVTControlCharacters(line.slice(0, index))) <= columns)
  const last = fitting.findLast(({ index }) => stripVTControlCharacters(line.slice(0, index)).trim() !== '')
  return last?.index
}
