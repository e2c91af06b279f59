import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'

const LONGEST = 200

/** In so many ways may a text be gone through before it is clear that it does not match. */
const MOST_WAYS = 20_000

/** Where a part repeats without a bound, each of these takes as long as the text is. */
const MOST_WAYS_ALONG = 1_000

/** What repeats without a bound of its own, or so often that it might as well. */
const REPEATED = /[*+]|\{\d+,(\d{3,})?\}|\{\d{3,}\}/g

/** `(…)`, `(?:…)`, with what stands behind it. */
const REPEATED_GROUP = /\)[*+?{]/

/** Lookaround, names and references to what was matched before. */
const BACKTRACKING = /\(\?(?!:)|\\[1-9k]/

/**
 * The pattern of an entry's input, if no text can make it take long: at most one part repeats without a bound, no group does, what
 * may be there so often or may be one of several does not multiply without end, and nothing is looked up again.
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
  if (repeated.length > 1) return 'more than one part repeats without a bound'
  const most = repeated.length > 0 ? MOST_WAYS_ALONG : MOST_WAYS
  return waysThrough(plain) > most ? 'its parts can be taken in too many ways' : undefined
}

/** What the parts of a pattern leave open, multiplied: how often each may be there, and between how many each group chooses. */
function waysThrough(plain: string): number {
  const often = [...plain.matchAll(/\{(\d+),(\d+)\}/g)].map(([, least, most]) => Number(most) - Number(least) + 1)
  const optional = [...plain.matchAll(/[^(]\?/g)].map(() => 2)
  return [...often, ...optional, ...choicesIn(plain)].reduce((product, ways) => product * ways, 1)
}

/** The number of alternatives of each group, and of the pattern itself. */
function choicesIn(plain: string): number[] {
  const open = [1]
  const closed: number[] = []
  for (const sign of plain) {
    if (sign === '(') open.push(1)
    if (sign === '|') open.push((open.pop() ?? 1) + 1)
    if (sign === ')') closed.push(open.pop() ?? 1)
  }
  return [...closed, ...open]
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
