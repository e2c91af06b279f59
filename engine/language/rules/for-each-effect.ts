import type { Diagnostic } from '../../../schemas/diagnostic.ts'
import type { FactDraft } from '../compile/facts.ts'
import { belowOf } from '../ground/effects.ts'
import { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { RuleBench } from './compile-rules.ts'
import { compileExpressions } from './expressions.ts'
import type { Bound, Expressions } from './expressions.ts'

/** A check must type-check for every effect that it guards, children included, with that effect's target. */
export function compileForAll(
  guards: readonly Word[],
  { drafts, ...expressions }: Expressions & { readonly drafts: readonly FactDraft[] },
  bench: RuleBench,
): Bound | undefined {
  let first: Bound | undefined
  for (const guard of guards) {
    for (const effect of belowOf(guard.text, bench.world.effects.byName)) {
      if (bench.report.broken.has(effect)) continue
      const trial = new Report(bench.report.broken)
      const target = bench.world.effects.byName.get(effect)?.target ?? {}
      const bound = compileExpressions(expressions, target, { ...bench, report: trial, drafts })
      first ??= bound
      if (!trial.failed) continue
      for (const mistake of trial.found)
        bench.report.found.push(...unlessTold(mistake, { bench, guard, effect, alone: guards.length === 1 }))
      return undefined
    }
  }
  return first
}

/**
 * Which effect a mistake was found with is told where it matters: several are guarded, or it is about the target, from which
 * the inputs of facts are filled in.
 */
function unlessTold(
  mistake: Diagnostic,
  at: { bench: RuleBench; guard: Word; effect: string; alone: boolean },
): Diagnostic[] {
  const { code, span, related = [] } = mistake
  const same = (other: Diagnostic) =>
    other.code === code && other.span.start === span.start && other.span.file === span.file
  if (at.bench.report.found.some(same)) return []
  const aboutTarget = code === 'RB0204' || mistake.message.includes('target')
  if (at.alone && at.effect === at.guard.text && !aboutTarget) return [mistake]
  return [
    {
      ...mistake,
      related: [...related, { span: at.guard.span, label: `checked with the target of \`${at.effect}\`` }],
    },
  ]
}
