import type { Predicate } from '../../../schemas/plan.ts'
import { checkPredicate } from '../../core/cel.ts'
import type { CheckedPredicate, PredicateProblem, ProblemKind } from '../../core/cel.ts'
import { readText } from '../shape/words.ts'
import type { Node, ScalarNode } from '../yaml/node.ts'
import { placeAt } from './bench.ts'
import type { Bench, Use } from './bench.ts'
import { spanWithin } from './offsets.ts'

const CODES: Readonly<Record<ProblemKind, string>> = {
  syntax: 'RB0301',
  size: 'RB0302',
  construct: 'RB0303',
  'unknown-name': 'RB0304',
  'unknown-field': 'RB0305',
  types: 'RB0306',
  word: 'RB0307',
  number: 'RB0308',
  optional: 'RB0309',
  'no-fact': 'RB0310',
}

/** A predicate that type-checks, with the places of what it uses. */
export interface CompiledPredicate {
  readonly predicate: Predicate
  readonly uses: readonly Use[]
}

/** Checks a predicate against what can be named here; every mistake in it is reported at its own place. */
export function compilePredicate(node: Node, bench: Bench, what = 'a predicate'): CompiledPredicate | undefined {
  const scalar = readText(node, what, bench.report)
  if (scalar === undefined) return undefined
  const checked = checkPredicate(scalar.text, bench.variables)
  if (!checked.ok) {
    for (const problem of checked.problems) tell(problem, scalar, bench)
    return undefined
  }
  tellEmptiness(checked, scalar, bench)
  const uses = checked.uses.map((path) => ({ path, span: spanOfRoot(scalar, path[0] ?? '') }))
  return { predicate: { cel: scalar.text, uses: checked.uses, place: placeAt(bench, scalar.span) }, uses }
}

function tell(problem: PredicateProblem, scalar: ScalarNode, { report }: Bench): void {
  const { kind, message, label, misspelt } = problem
  if (misspelt !== undefined && report.excuses(misspelt.name)) return
  const help = problem.help ?? (misspelt && report.didYouMean(misspelt.name, misspelt.candidates))
  report.error(CODES[kind], spanWithin(scalar, problem.start, problem.end), {
    message,
    ...(label === undefined ? {} : { label }),
    ...(help === undefined ? {} : { help }),
  })
}

/** An empty list is unknown unless the fact says otherwise: asking for it can then never be true (G12). */
function tellEmptiness(checked: CheckedPredicate & { ok: true }, scalar: ScalarNode, bench: Bench): void {
  for (const { path, part } of checked.emptiness) {
    const [root = ''] = path
    if (root === 'run' || root === 'policy' || bench.mayBeEmpty.has(root)) continue
    bench.report.error('RB0311', spanWithin(scalar, part.start, part.end), {
      message: 'this can never be true: an empty list is unknown',
      help: `if empty is a value here, declare \`${root}\` with \`ifEmpty: allow\``,
    })
  }
}

function spanOfRoot(scalar: ScalarNode, root: string) {
  const at = indexOfName(scalar.text, root)
  return spanWithin(scalar, at, at + root.length)
}

/** Where a name stands that is neither a part of a longer one nor a field. */
function indexOfName(text: string, name: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w.]/.test(text[at - 1] ?? '') && !/\w/.test(text[at + name.length] ?? '')) return at
  }
  return 0
}
