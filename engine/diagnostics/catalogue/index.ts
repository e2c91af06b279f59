import type { CodeEntry, CodeTable } from './entry.ts'
import { expressions } from './expressions.ts'
import { plans } from './plans.ts'
import { references } from './references.ts'
import { structure } from './structure.ts'
import { syntax } from './syntax.ts'

export type { CodeEntry } from './entry.ts'

/** Every code that the checker can report. */
export const CODES: CodeTable = { ...syntax, ...structure, ...references, ...expressions, ...plans }

/** The entry of a code, or undefined where there is none. */
export function explainCode(code: string): CodeEntry | undefined {
  return Object.hasOwn(CODES, code) ? CODES[code] : undefined
}

/** The entry as a person reads it. */
export function renderCode(code: string, { title, cause, wrong, right }: CodeEntry): string {
  const indented = (text: string) => text.replace(/^/gm, '    ')
  return [`${code}: ${title}`, '', cause, '', '  wrong', indented(wrong), '  right', indented(right), ''].join('\n')
}
