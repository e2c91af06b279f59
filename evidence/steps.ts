import { canonical } from '../schemas/canonical.ts'
import type { RunEntry } from '../schemas/run.ts'
import { sha256 } from './digest.ts'
import { parseCanonicalText } from './parse-canonical.ts'

/** Stands before the first line. */
const NOTHING = '0'.repeat(64)

/** More entries than the files of a bundle can account for are not looked at. */
const MOST_LINES = 500_000

/** `steps.jsonl` with what the Statement says of it. */
export interface Chain {
  readonly text: string
  readonly count: number
  /** SHA-256 of the last line, without its line end. */
  readonly head: string
}

/** Writes a run's entries as a chain: one canonical line each, with the digest of the line before it. */
export function writeSteps(entries: readonly RunEntry[]): Chain {
  let head = NOTHING
  const lines = entries.map((entry, seq) => {
    const line = canonical({ ...entry, seq, prev: head })
    head = sha256(line)
    return `${line}\n`
  })
  return { text: lines.join(''), count: lines.length, head }
}

/** A link of the chain as it was read. */
export interface Link {
  readonly entry: RunEntry
  readonly line: string
  readonly prev: unknown
}

/** Reads the lines of `steps.jsonl`; throws where one is not a canonical object, or the last has no line end. */
export function readSteps(text: string): Link[] {
  if (text !== '' && !text.endsWith('\n')) throw new TypeError('the last line has no line end')
  const lines = text.split('\n', MOST_LINES + 2)
  if (lines.length > MOST_LINES + 1) throw new TypeError(`there are more than ${MOST_LINES} lines`)
  return lines.slice(0, -1).map((line) => readLink(line))
}

function readLink(line: string): Link {
  const value = parseCanonicalText(line, 'a line')
  if (typeof value !== 'object' || value === null) throw new TypeError('a line is no entry')
  const { prev, ...entry } = value as unknown as RunEntry & { readonly prev: unknown }
  return { entry, line, prev }
}

/** The digest that a link must name, by its place. */
export function expectedPrev(links: readonly Link[], place: number): string {
  const before = links[place - 1]
  return before === undefined ? NOTHING : sha256(before.line)
}
