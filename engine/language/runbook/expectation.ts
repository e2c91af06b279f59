import type { Span } from '../../../schemas/diagnostic.ts'
import type { Expectation } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { readBound } from '../compile/bound.ts'
import type { Bound } from '../compile/bound.ts'
import { compilePredicate } from '../compile/predicate.ts'
import type { Fields } from '../shape/fields.ts'
import type { Word } from '../shape/words.ts'
import { refuseDiagnostic } from './diagnostic-alone.ts'

/** An expectation, with the places of what it uses. */
export interface Expected {
  readonly expect: Expectation
  readonly uses: readonly Use[]
  readonly bounds: readonly Bound[]
}

/** Compiles `expect` with its bounds; `reads` are the facts that are read again until it holds. */
export function compileExpectation(fields: Fields, reads: readonly Word[], bench: Bench): Expected | undefined {
  const { expect } = fields
  if (expect === undefined) return strayBounds(fields, bench)
  const compiled = compilePredicate(expect, bench, '`expect`')
  const within = fields['within'] && readBound(fields['within'], '`within`', bench)
  const holdsFor = fields['holdsFor'] && readBound(fields['holdsFor'], '`holdsFor`', bench)
  if (fields['within'] === undefined)
    bench.report.error('RB0113', expect.span, {
      message: 'this waits without a bound',
      help: 'add `within: policy.<name>`',
    })
  // Where a name under `read` is not known, nobody can tell what the step reads.
  const allKnown = fields['read']?.kind !== 'list' || fields['read'].items.length === reads.length
  if (compiled !== undefined && allKnown) refuseUnchanging(compiled.uses, { reads, expect: expect.span }, bench)
  if (compiled !== undefined) refuseDiagnostic(compiled.uses, { span: expect.span, what: 'expectation' }, bench)
  if (within !== undefined && holdsFor !== undefined && holdsFor.ms >= within.ms) {
    bench.report.error(
      'RB0112',
      holdsFor.span,
      'this must hold for as long as there is time, or longer: it can never be done',
    )
  }
  if (compiled === undefined || within === undefined) return undefined
  const everyMs = Math.round(Math.min(Math.max(within.ms / 300, 250), 15_000))
  const facts = reads.map(({ text }) => text)
  const plan: Expectation = {
    facts,
    predicate: compiled.predicate,
    withinMs: within.ms,
    holdsForMs: holdsFor?.ms ?? 0,
    everyMs,
  }
  return { expect: plan, uses: compiled.uses, bounds: [within, ...(holdsFor ? [holdsFor] : [])] }
}

function strayBounds(fields: Fields, { report }: Bench): undefined {
  for (const key of ['within', 'holdsFor']) {
    const node = fields[key]
    if (node !== undefined) report.error('RB0110', node.span, `\`${key}\` belongs to \`expect\`, which is not there`)
  }
}

function refuseUnchanging(uses: readonly Use[], at: { reads: readonly Word[]; expect: Span }, { report }: Bench): void {
  if (uses.some(({ path: [root] }) => at.reads.some(({ text }) => text === root))) return
  report.error('RB0312', at.expect, {
    message: 'this expectation names no fact that the step reads: it can never change',
    help: 'name one of the facts of `read`',
  })
}
