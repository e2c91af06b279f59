import type { ValueType } from '../../../schemas/value-type.ts'
import type { Variables } from './follow.ts'
import type { Part, PredicateProblem, Term } from './term.ts'

/** What a checked predicate uses. Inside a list a path goes through `[]`. */
export interface Findings {
  readonly problems: PredicateProblem[]
  readonly uses: Map<string, readonly string[]>
  /** Comparisons that ask whether the list at a path is empty. */
  readonly emptiness: { readonly path: readonly string[]; readonly part: Part }[]
}

/** A term's type, and the path of the value where it is one; for lists also the path of its items. */
export interface Typed {
  readonly type: ValueType
  readonly path?: readonly string[]
  readonly items?: readonly string[]
  /** A literal has no type of its own until it meets one. */
  readonly literal?: boolean | bigint | number | string
}

/** The checker at one place of the tree: what can be named here, and where mistakes go. */
export interface Checker {
  readonly text: string
  readonly variables: Variables
  readonly locals: ReadonlyMap<string, Typed>
  readonly findings: Findings
}

/** Notes a mistake at a part of the predicate. */
export function problem(
  findings: Findings,
  { start, end }: Part,
  said: Omit<PredicateProblem, 'start' | 'end'>,
): undefined {
  findings.problems.push({ ...said, start, end })
}

/** A word in quotes must be one of those that there are. */
export function checkWord(checker: Checker, term: Term, type: ValueType): void {
  if (type.kind !== 'enum' || term.kind !== 'literal' || typeof term.value !== 'string') return
  if (type.words.includes(term.value)) return
  problem(checker.findings, term, {
    kind: 'word',
    message: `\`${term.value}\` is not a word of \`${type.of}\``,
    label: `there are ${type.words.map((word) => `\`${word}\``).join(', ')}`,
    misspelt: { name: term.value, candidates: type.words },
  })
}

/** The source of a term. */
export function textOf(checker: Checker, { start, end }: Part): string {
  return checker.text.slice(start, end)
}
