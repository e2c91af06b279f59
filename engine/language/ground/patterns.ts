import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'

const LONGEST = 200

/** What repeats without a bound of its own, or so often that it might as well. */
const REPEATED = /[*+]|\{\d+,(\d{3,})?\}|\{\d{3,}\}/g

/** `(…)`, `(?:…)`, with what stands behind it. */
const REPEATED_GROUP = /\)[*+?{]/

/** Lookaround, names and references to what was matched before. */
const BACKTRACKING = /\(\?(?!:)|\\[1-9k]/

/**
 * The pattern of an entry's input, if no text can make it take long: at most one part repeats without a bound, no group does, and
 * nothing is looked up again.
 */
export function readPattern({ text, span }: Word, report: Report): string | undefined {
  const wrong = mistakeIn(text)
  if (wrong === undefined) return text
  return report.error('RB0112', span, {
    message: `this pattern cannot be used: ${wrong}`,
    help: 'write a plain one, such as `[a-z]+` or `[a-z0-9-]{1,40}`; alternatives are `(?:on|off)`',
  })
}

function mistakeIn(text: string): string | undefined {
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (!isPattern(text)) return 'it is no regular expression'
  const bare = withoutClasses(text)
  if (BACKTRACKING.test(bare)) return 'it looks ahead, behind or back'
  const plain = bare.replace(/\\./g, 'x')
  if (REPEATED_GROUP.test(plain)) return 'a group repeats'
  const repeated = plain.replaceAll('(?:', '(').match(REPEATED) ?? []
  return repeated.length > 1 ? 'more than one part repeats without a bound' : undefined
}

/** Sets of characters as one character each: what stands in them is no operator. */
function withoutClasses(text: string): string {
  return text.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, (found) => (found.startsWith('[') ? 'x' : found))
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`^(?:${text})$`, 'u').source !== ''
  } catch {
    return false
  }
}
