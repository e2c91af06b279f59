import type { Span } from '../../../schemas/diagnostic.ts'
import type { DecideStep } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { asMap } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readWord } from '../shape/words.ts'
import type { Detail, Frame, Place } from './frame.ts'

/** Compiles a `decide` step: every case with its predicate. */
export function compileDecide(fields: Fields, frame: Frame, { bench }: Place): Detail {
  const map = fields['decide'] && asMap(fields['decide'], '`decide`', bench.report)
  const cases = (map?.entries ?? []).flatMap(({ key, value }) => {
    const compiled = compilePredicate(value, bench)
    if (compiled !== undefined) refuseDiagnostic(compiled.uses, value.span, bench)
    return compiled === undefined ? [] : [{ name: key, ...compiled }]
  })
  const otherwise = fields['otherwise'] && readWord(fields['otherwise'], '`otherwise`', bench.report)
  const plan: DecideStep = {
    ...frame,
    kind: 'decide',
    cases: cases.map(({ name, predicate }) => ({ name, predicate })),
    ...(otherwise && { otherwise: otherwise.text }),
    pick: fields['pick']?.kind === 'scalar' && fields['pick'].text === 'first' ? 'first' : 'one',
  }
  return { plan, needs: cases.flatMap(({ uses }) => uses), reads: [], expects: [], bounds: [] }
}

/** A judgement may not rest on diagnostic readings, such as logs, alone. */
function refuseDiagnostic(uses: readonly Use[], span: Span, { report, world, variables }: Bench): void {
  const facts = uses.flatMap(({ path: [root = ''] }) => {
    const contract = [...world.contracts.values()].find(({ output }) => output === variables[root])
    return contract?.kind === 'reading' ? [contract] : []
  })
  if (facts.length === 0 || facts.some(({ authority }) => authority !== 'diagnostic')) return
  report.error('RB0313', span, {
    message: `this judgement rests on diagnostic readings alone (${facts.map(({ name }) => `\`${name}\``).join(', ')})`,
    help: 'judge by a reading of the authority; logs explain, they do not decide',
  })
}
