import type { CheckPlan, Place, Predicate, RulePlan } from '../../../schemas/plan.ts'

/** A rule as it must not be: what was changed, and what became of it; undefined where it is gone. */
export interface RuleMutant {
  readonly rule: string
  readonly change: string
  readonly place?: Place
  readonly mutant: RulePlan | undefined
}

/** Every small change of a rule that takes some of its teeth: without it, without a check, a predicate dropped or turned round. */
export function mutantsOfRule(rule: RulePlan): RuleMutant[] {
  const gone: RuleMutant = { rule: rule.id, change: 'the rule is gone', mutant: undefined }
  const several = rule.checks.length > 1
  return [gone, ...rule.checks.flatMap((_check, at) => mutantsAt(rule, at, several ? [without(at)] : []))]
}

function mutantsAt(rule: RulePlan, at: number, more: readonly CheckMutant[]): RuleMutant[] {
  const check = rule.checks[at]
  const own = check === undefined ? [] : mutantsOfCheck(check)
  return [...more, ...own].map(({ to, ...said }) => {
    const checks = rule.checks.toSpliced(at, 1, ...(to === undefined ? [] : [to]))
    return { rule: rule.id, ...said, mutant: { ...rule, checks } }
  })
}

function without(at: number): CheckMutant {
  return { change: `check ${at + 1} is gone`, to: undefined }
}

interface CheckMutant {
  readonly change: string
  readonly place?: Place
  /** Undefined: the check is gone. */
  readonly to: CheckPlan | undefined
}

function mutantsOfCheck(check: CheckPlan): CheckMutant[] {
  switch (check.form) {
    case 'require':
    case 'during':
      return mutantsOfPredicates(check.require).map(({ require, ...said }) => ({ ...said, to: { ...check, require } }))
    case 'after':
      return fewer(check.after).map(([name, after]) => ({
        change: `after ${name} is dropped`,
        to: { ...check, after },
      }))
    case 'only-from':
      return fewer(check.input).map(([name, input]) => ({
        change: `the input ${name} may come from anywhere`,
        to: { ...check, input },
      }))
    case 'forbid':
      return fewer(check.forbid).map(([name, forbid]) => ({ change: `${name} is allowed`, to: { ...check, forbid } }))
    case 'must-within':
      return []
  }
}

function mutantsOfPredicates(
  require: readonly Predicate[],
): { readonly change: string; readonly place: Place; readonly require: readonly Predicate[] }[] {
  return require.flatMap((predicate, at) => {
    const { cel, place } = predicate
    const turned = { ...predicate, cel: `!(${cel})` }
    return [
      ...(require.length > 1 ? [{ change: `dropped: ${cel}`, place, require: require.toSpliced(at, 1) }] : []),
      { change: `turned round: ${cel}`, place, require: require.toSpliced(at, 1, turned) },
    ]
  })
}

/** The list without each of its entries, where something is left. */
function fewer(names: readonly string[]): (readonly [string, readonly string[]])[] {
  return names.length < 2 ? [] : names.map((name, at) => [name, names.toSpliced(at, 1)] as const)
}
