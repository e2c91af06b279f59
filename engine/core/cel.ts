/**
 * Predicates: the only file that knows the CEL library. It parses and evaluates; the types of the language are checked
 * by `predicate/check.ts` on a tree that holds no construct but those of the language. Pure: no clock, no I/O, so
 * that workflow and door evaluate alike (G14).
 */
import { Environment, ParseError } from '@marcbachmann/cel-js'
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js'
import type { Json } from '../../schemas/json.ts'
import { checkTerm } from './predicate/check.ts'
import type { Variables } from './predicate/follow.ts'
import { toTerm } from './predicate/from-cel.ts'
import type { Part, PredicateProblem, Term } from './predicate/term.ts'
import { boundVisits, isNested } from './predicate/visits.ts'
import { PredicateError, toCel, wantedOf } from './predicate/values.ts'
import type { CelValue, Wanted } from './predicate/values.ts'
import { LINEAGE } from './predicate/receipts.ts'

export { describeType, sameType } from './predicate/describe.ts'
export { pathType } from './predicate/follow.ts'
export type { Variables } from './predicate/follow.ts'
export type { PredicateProblem, ProblemKind } from './predicate/term.ts'
export { PredicateError, isMoment } from './predicate/values.ts'

/** Name and version of the library, as it is frozen into every Plan. */
export const CEL = '@marcbachmann/cel-js@8.0.0'

/** A predicate that type-checks, or every mistake in it. */
export type CheckedPredicate =
  | {
      readonly ok: true
      /** Paths by root; a path ends where a list begins. */
      readonly uses: readonly (readonly string[])[]
      /** Comparisons that are true only where the list at the path is empty. */
      readonly emptiness: readonly { readonly path: readonly string[]; readonly part: Part }[]
    }
  | { readonly ok: false; readonly problems: readonly PredicateProblem[] }

interface Runnable {
  readonly run: ParseResult
  readonly wanted: Wanted
  /** Where it goes through lists in lists: its tree, by which that is bounded. */
  readonly nested: Term
}

type Compiled = { readonly checked: CheckedPredicate } & Partial<Runnable>

const MAX_LENGTH = 4096
const library = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 100 },
})
  .registerFunction('list.of(string): list', (list: readonly Readonly<Record<string, unknown>>[], name: string) =>
    list.filter(({ [LINEAGE]: line }) => Array.isArray(line) && line.includes(name)),
  )
  .registerFunction('sum(list): int', (list: readonly bigint[]) => list.reduce((total, item) => total + item, 0n))

const compiledBy = new WeakMap<Variables, Map<string, Compiled>>()

/** Checks a predicate against the types of its variables. Every mistake is found in one pass. */
export function checkPredicate(cel: string, variables: Variables): CheckedPredicate {
  return compiled(cel, variables).checked
}

/** Evaluates a predicate. Throws `PredicateError` where a value that it uses is not what its type says (G10). */
export function evaluatePredicate(cel: string, variables: Variables, values: Readonly<Record<string, Json>>): boolean {
  const { checked, run, wanted, nested } = compiled(cel, variables)
  if (!checked.ok) throw new PredicateError(checked.problems[0]?.message ?? 'not a predicate')
  if (run === undefined || wanted === undefined) throw new PredicateError('not a predicate')
  const context = contextOf(wanted, variables, values)
  if (nested !== undefined) boundVisits(nested, context)
  try {
    const holds: unknown = run(context)
    if (typeof holds === 'boolean') return holds
  } catch (cause) {
    throw new PredicateError(`\`${cel}\` could not be evaluated`, { cause })
  }
  throw new PredicateError(`\`${cel}\` is neither true nor false`)
}

function contextOf(
  wanted: Wanted,
  variables: Variables,
  values: Readonly<Record<string, Json>>,
): Record<string, CelValue> {
  const context = Object.create(null) as Record<string, CelValue>
  for (const root of Object.keys(wanted)) {
    const type = variables[root]
    const value = Object.hasOwn(values, root) ? values[root] : undefined
    if (type !== undefined) context[root] = toCel(value, { type, wanted: wanted[root] ?? {}, path: root })
  }
  return context
}

/** Each predicate is checked once for each object of variables. */
function compiled(cel: string, variables: Variables): Compiled {
  const known = compiledBy.get(variables) ?? new Map<string, Compiled>()
  compiledBy.set(variables, known)
  const found = known.get(cel) ?? compile(cel, variables)
  known.set(cel, found)
  return found
}

function compile(cel: string, variables: Variables): Compiled {
  if (cel.length > MAX_LENGTH) return refused([tooLong(cel)])
  const parsed = parse(cel)
  if ('problem' in parsed) return refused([parsed.problem])
  const { term, problems } = toTerm(parsed.run.ast, cel)
  if (term === undefined || problems.length > 0) return refused(problems)
  const findings = checkTerm(term, cel, variables)
  if (findings.problems.length > 0) return refused(findings.problems)
  const used = [...findings.uses.values()]
  return {
    checked: { ok: true, uses: outermost(used), emptiness: findings.emptiness },
    run: parsed.run,
    wanted: wantedOf(used),
    ...(isNested(term) && { nested: term }),
  }
}

function refused(problems: readonly PredicateProblem[]): Compiled {
  return { checked: { ok: false, problems: [...problems].sort((a, b) => a.start - b.start) } }
}

/** Paths that end where a list begins, each once, in a stable order. */
function outermost(paths: readonly (readonly string[])[]): string[][] {
  const cut = paths.map((path) => (path.includes('[]') ? path.slice(0, path.indexOf('[]')) : [...path]))
  return [...new Map(cut.map((path) => [path.join('.'), path])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path)
}

function parse(cel: string): { readonly run: ParseResult } | { readonly problem: PredicateProblem } {
  try {
    return { run: library.parse(cel) }
  } catch (error) {
    const { start, end } = error instanceof ParseError && error.range ? error.range : { start: 0, end: cel.length }
    return {
      problem: {
        ...saidOf(error, cel.slice(start, end)),
        ...helpFor(cel.slice(start, end), cel.slice(0, start)),
        start: Math.min(start, cel.length),
        end: Math.max(end, start),
      },
    }
  }
}

/** The library's complaint in our words. */
function saidOf(error: unknown, text: string): Omit<PredicateProblem, 'start' | 'end'> {
  const summary = error instanceof ParseError ? error.summary : ''
  if (/exceeded/i.test(summary))
    return {
      kind: 'size',
      message: 'this predicate is too big to be read by a person',
      help: 'split it into several predicates or cases',
    }
  if (/EOF/.test(summary)) return { kind: 'syntax', message: 'the predicate ends too early' }
  if (/Unterminated/i.test(summary)) return { kind: 'syntax', message: 'the text in quotes does not end' }
  return { kind: 'syntax', message: text === '' ? 'this is not a predicate' : `\`${text}\` cannot stand here` }
}

const NAME_IT = 'name it in policy.yaml, with a source, and write `policy.<name>`'

/** How others write it, and what it is here. */
const WRITTEN: Readonly<Record<string, string>> = { and: '&&', or: '||', '&': '&&', '|': '||', '=': '==', is: '==' }

/** What was meant, where what stands there is known from elsewhere: a duration, a percentage, a word for a sign. */
function helpFor(text: string, before: string): { readonly help: string } | object {
  if (/^(ms|s|m|min|h|d)$/.test(text) && /\d$/.test(before)) return { help: NAME_IT }
  if (text === '' && /\d%\s*$/.test(before)) return { help: NAME_IT }
  if (/\bnot\s*$/i.test(before)) return { help: 'write `… == false`' }
  const word = text.toLowerCase()
  const sign = Object.hasOwn(WRITTEN, word) ? WRITTEN[word] : undefined
  return sign === undefined ? {} : { help: `write \`${sign}\`` }
}

function tooLong(cel: string): PredicateProblem {
  return {
    kind: 'size',
    message: `this predicate has ${cel.length} characters; at most ${MAX_LENGTH} are read`,
    help: 'split it into several predicates or cases',
    start: 0,
    end: MAX_LENGTH,
  }
}

/** The library's tree, for the one file that translates it. */
export type CelNode = ASTNode
