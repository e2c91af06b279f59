import type { Binding, Plan } from '../../../../schemas/plan.ts'
import { concerns } from '../../../core/rules.ts'

const MOMENTS: Readonly<Record<Binding['moments'][number], string>> = {
  C: 'compiled',
  A: 'at the effect',
  D: 'while it lasts',
  X: 'at the claim',
}

const ORDER = ['C', 'A', 'D', 'X'] as const

/** The rules that guard an effect at a place, each with its moments; what the compiler has settled is said to be so. */
export function guardsAt(plan: Plan, at: string, effect: string): string[] {
  const { bindings } = plan
  if (bindings === undefined) return unbound(plan, effect)
  const own = bindings.filter((binding) => binding.at === at && binding.guarded === effect)
  const rules = [...new Set(own.map(({ rule }) => rule))]
  if (rules.length === 0) return ['no rule']
  return rules.map((rule) =>
    guardText(
      rule,
      own.filter((binding) => binding.rule === rule),
    ),
  )
}

/** When a rule is looked at. */
export function momentsText(moments: Binding['moments']): string {
  return moments.map((moment) => MOMENTS[moment]).join(', ')
}

function guardText(rule: string, bindings: readonly Binding[]): string {
  const said = new Set(bindings.flatMap((binding) => binding.moments))
  const moments = ORDER.filter((moment) => said.has(moment))
  const settled = bindings.every(({ verdict }) => verdict === 'settled') ? ', settled on all paths' : ''
  return `guarded by ${rule}: ${momentsText(moments)}${settled}`
}

/** Plans of the first version say only which rules there are. */
function unbound({ rules, effects }: Plan, effect: string): string[] {
  const guarding = rules.filter((rule) => concerns(rule, effect, effects)).map(({ id }) => id)
  return guarding.length === 0 ? ['no rule'] : [`guarded by ${guarding.join(', ')}`]
}
