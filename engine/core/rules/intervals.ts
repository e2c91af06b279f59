import type { EffectReceipt } from '../../../schemas/door.ts'
import type { DuringCheck, MustWithinCheck, RulePlan } from '../../../schemas/plan.ts'
import { isUnder, targetOf } from './effects.ts'
import type { Effects } from './effects.ts'
import type { GuardedEffect, RunSoFar } from './seen.ts'
import { sameSubject } from './subjects.ts'

/** A stretch of a run that began with a receipt and has not ended. */
export interface Interval {
  readonly check: DuringCheck
  readonly from: EffectReceipt
}

/** The intervals of a rule of form 6 that are open now, one for each subject: the watch looks at them while a run waits. */
export function openIntervals(rule: RulePlan, run: Pick<RunSoFar, 'effects'>, effects: Effects): Interval[] {
  const checks = rule.checks.filter((check) => check.form === 'during')
  return checks.flatMap((check) => openOf(check, run.effects ?? [], effects).map((from) => ({ check, from })))
}

/** Receipts of `from` with no receipt of `to` on their subject behind them; what was taken back neither opens nor closes. */
function openOf(check: DuringCheck, receipts: readonly EffectReceipt[], effects: Effects): EffectReceipt[] {
  const standing = standingOf(receipts, [check.from, check.to], effects)
  const open = standing.filter(
    (from, at) =>
      isUnder(from.effect, [check.from], effects) &&
      !standing.slice(at + 1).some((to) => isUnder(to.effect, [check.to], effects) && same(from, to, effects)),
  )
  return open.filter(
    (from, at) => !open.slice(at + 1).some((later) => later.effect === from.effect && same(from, later, effects)),
  )
}

/** Does this effect end the interval? It is not held to what must hold until then. */
export function ends(interval: Interval, guarded: GuardedEffect, effects: Effects): boolean {
  return isUnder(guarded.effect, [interval.check.to], effects) && same(interval.from, guarded, effects)
}

/** An obligation of form 7: what began it, and the receipt that met it, if there is one. */
export interface Obligation {
  readonly check: MustWithinCheck
  readonly after: EffectReceipt
  readonly met?: EffectReceipt
}

/** Every obligation of the check in this run. */
export function obligationsOf(
  check: MustWithinCheck,
  receipts: readonly EffectReceipt[],
  effects: Effects,
): Obligation[] {
  const standing = standingOf(receipts, [check.after, check.do], effects)
  return standing.flatMap((after, at) => {
    if (!isUnder(after.effect, [check.after], effects)) return []
    const met = standing.slice(at + 1).find((later) => meets({ check, after }, later, effects))
    return [met === undefined ? { check, after } : { check, after, met }]
  })
}

/** Is this the act that the obligation asks for? */
export function meets({ check, after }: Obligation, guarded: GuardedEffect, effects: Effects): boolean {
  return isUnder(guarded.effect, [check.do], effects) && same(after, guarded, effects)
}

function same(a: GuardedEffect, b: GuardedEffect, effects: Effects): boolean {
  return sameSubject(
    { types: targetOf(a.effect, effects), values: a.target },
    { types: targetOf(b.effect, effects), values: b.target },
  )
}

/** Receipts of these effects that were not taken back, by their time; those of one moment in the order in which they are given. */
function standingOf(receipts: readonly EffectReceipt[], names: readonly string[], effects: Effects): EffectReceipt[] {
  const standing = receipts.filter(({ effect, undone }) => !undone && isUnder(effect, names, effects))
  return standing.sort((a, b) => (Date.parse(a.at) || 0) - (Date.parse(b.at) || 0))
}
