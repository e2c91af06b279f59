import type { Denial } from '../../../schemas/door.ts'
import type { RulePlan } from '../../../schemas/plan.ts'
import type { JudgedVerdict } from './seen.ts'

type Overridable = NonNullable<Denial['overridable']>

/** The denial that follows from verdicts, or undefined where all of them are true or overridden. False outweighs unknown. */
export function denialOf(verdicts: readonly JudgedVerdict[], rules: readonly RulePlan[]): Denial | undefined {
  const denying = verdicts.filter(({ says, overriddenBy }) => says !== 'true' && overriddenBy === undefined)
  const telling = denying.find(({ says }) => says === 'false') ?? denying[0]
  if (telling === undefined) return undefined
  const rule = rules.find(({ id }) => id === telling.rule)
  const unknown = telling.says === 'unknown'
  const overridable = overridableNow(denying)
  return {
    by: 'rule',
    rule: telling.rule,
    unknown,
    message: `${unknown ? 'cannot tell' : 'denied'}: ${rule?.text ?? telling.rule} (${telling.rule}: ${telling.predicate})`,
    verdicts,
    next: rule?.next ?? '',
    ...(overridable.length === 0 ? {} : { overridable }),
  }
}

/** Nobody is asked to override one rule while another one denies that nobody may override. */
function overridableNow(denying: readonly JudgedVerdict[]): Overridable {
  const found = denying.flatMap(({ rule, item, overridableBy: who }): Overridable => {
    return who === undefined ? [] : [{ rule, who, ...(item === undefined ? {} : { item }) }]
  })
  if (found.length < denying.length) return []
  return [...new Map(found.map((entry) => [`${entry.rule} ${entry.who} ${entry.item ?? ''}`, entry])).values()]
}
