import type { EffectPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'

/** Effects by name, each with what it is under. */
export type Effects = Readonly<Record<string, EffectPlan>>

/** The effect itself and everything above it: a rule on a parent guards all below (G18). */
export function lineage(effect: string, effects: Effects): string[] {
  const above = parentOf(effect, effects)
  return above === undefined ? [effect] : [effect, ...lineage(above, effects)]
}

/** Is the effect one of these, or below one of them? */
export function isUnder(effect: string, names: readonly string[], effects: Effects): boolean {
  return names.length > 0 && lineage(effect, effects).some((name) => names.includes(name))
}

/** The fields of an effect's target; a claim that nobody declared has none. */
export function targetOf(effect: string, effects: Effects): Readonly<Record<string, ValueType>> {
  return Object.hasOwn(effects, effect) ? (effects[effect]?.target ?? NONE) : NONE
}

const NONE: Readonly<Record<string, ValueType>> = {}

/** Every outcome makes a claim, also those that the effects file does not name. An unknown effect has no rules: it is refused. */
function parentOf(effect: string, effects: Effects): string | undefined {
  if (Object.hasOwn(effects, effect)) return effects[effect]?.under
  if (effect.startsWith('claim.')) return 'claim'
  if (effect === 'claim') return undefined
  throw new Error(`there is no effect \`${effect}\``)
}
