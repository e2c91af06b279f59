import type { Binding, CheckPlan, FactPlan, RulePlan } from '../../../schemas/plan.ts'
import { factsOfCheck } from '../../core/rules.ts'
import type { World } from '../world.ts'

/** What a run can be asked to read for its rules: by the checks that bind here, and not by what else these rules say elsewhere. */
export function readingsOf(rules: readonly RulePlan[], bindings: readonly Binding[], world: World): Set<string> {
  return new Set(
    rules.flatMap((rule) =>
      rule.checks.flatMap((check, index) => {
        const bound = bindings.filter((binding) => binding.rule === rule.id && binding.check === index)
        const judged = bound.filter(({ guarded }) => world.effects.byName.has(guarded))
        return judged.length === 0 ? [] : [...namedAfter(check, world), ...actionsOf(rule, check)]
      }),
    ),
  )
}

/** At an effect, the inputs of these readings are compared with its target. */
function namedAfter(check: CheckPlan, { contracts }: World): readonly string[] {
  return check.form === 'after' ? check.after.filter((name) => contracts.get(name)?.kind === 'reading') : []
}

function actionsOf(rule: RulePlan, check: CheckPlan): string[] {
  const facts: Readonly<Record<string, FactPlan>> = rule.facts
  return factsOfCheck(rule, check).flatMap((name) => facts[name]?.action ?? [])
}
