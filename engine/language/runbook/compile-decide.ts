import type { DecideStep } from '../../../schemas/plan.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { asMap } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readWord } from '../shape/words.ts'
import { refuseDiagnostic } from './diagnostic-alone.ts'
import type { Detail, Frame, Place } from './frame.ts'

/** Compiles a `decide` step: every case with its predicate. */
export function compileDecide(fields: Fields, frame: Frame, { bench }: Place): Detail {
  const map = fields['decide'] && asMap(fields['decide'], '`decide`', bench.report)
  const cases = (map?.entries ?? []).flatMap(({ key, value }) => {
    const compiled = compilePredicate(value, bench)
    if (compiled !== undefined) refuseDiagnostic(compiled.uses, { span: value.span, what: 'judgement' }, bench)
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
