import type { Plan } from '../../../schemas/plan.ts'
import type { Recorded } from '../../../schemas/scenario.ts'
import type { Ground } from '../ground/read-ground.ts'
import type { Report } from '../report.ts'
import type { Rule } from '../rules/rule.ts'
import type { Word } from '../shape/words.ts'
import type { CatalogueSources } from '../source.ts'

/** What scenarios are checked against. */
export interface ScenarioBench {
  readonly plans: readonly Plan[]
  readonly rules: readonly Rule[]
  readonly ground: Ground
  /** Files of recorded facts. */
  readonly recorded: readonly Recorded[]
  readonly sources: CatalogueSources
  readonly report: Report
}

/** A rule that exists. */
export function checkRule({ text, span }: Word, { rules, report }: Pick<ScenarioBench, 'rules' | 'report'>): void {
  if (rules.some(({ plan }) => plan.id === text)) return
  report.unknown('RB0215', span, {
    message: `there is no rule \`${text}\``,
    name: text,
    candidates: rules.map(({ plan }) => plan.id),
  })
}

/** Effects that exist. */
export function checkEffects(
  words: readonly Word[],
  { ground, report }: Pick<ScenarioBench, 'ground' | 'report'>,
): string[] {
  const { byName } = ground.world.effects
  for (const { text, span } of words) {
    if (!byName.has(text))
      report.unknown('RB0216', span, {
        message: `there is no effect \`${text}\``,
        name: text,
        candidates: byName.keys(),
      })
  }
  return words.map(({ text }) => text)
}
