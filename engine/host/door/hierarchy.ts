import type { EffectPlan, Plan } from '../../../schemas/plan.ts'
import { lineage } from '../../core/rules.ts'
import type { Host } from '../host.ts'

/** Effects by name, each with what it is under. */
export type Hierarchy = Readonly<Record<string, EffectPlan>>

/** The effects as the Plan has them; those that only the worker's catalogue knows beside them. */
export function hierarchyOfPlan(plan: Plan, { catalogue }: Pick<Host, 'catalogue'>): Hierarchy {
  return { ...catalogue.effects, ...plan.effects }
}

/** The effects as the worker's own catalogue has them now. Both hierarchies bind, as both sets of rules do (G17). */
export function hierarchyOfCatalogue(plan: Plan, { catalogue }: Pick<Host, 'catalogue'>): Hierarchy {
  return { ...plan.effects, ...catalogue.effects }
}

/** An effect with everything above it in any hierarchy that binds: of the Plans around it, and of the worker's catalogue. */
export function fullLineage(effect: string, plans: readonly Plan[], host: Pick<Host, 'catalogue'>): string[] {
  const all = plans.flatMap((plan) => [hierarchyOfPlan(plan, host), hierarchyOfCatalogue(plan, host)])
  return [...new Set(all.flatMap((effects) => lineage(effect, effects)))]
}

/** Whether the effect and all that it is under are known, so that it can be said which rules guard it. */
export function isKnown(effect: string, plans: readonly Plan[], host: Pick<Host, 'catalogue'>): boolean {
  try {
    return fullLineage(effect, plans, host).length > 0
  } catch {
    return false
  }
}

/** Protective only where nobody says otherwise: neither a Plan nor the worker's catalogue. */
export function isProtective(effect: string, plans: readonly Plan[], { catalogue }: Pick<Host, 'catalogue'>): boolean {
  const said = [...plans.map(({ effects }) => effects), catalogue.effects].flatMap((effects) =>
    Object.hasOwn(effects, effect) ? [effects[effect]?.protective === true] : [],
  )
  return said.length > 0 && said.every(Boolean)
}
