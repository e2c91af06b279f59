import type { CheckPlan, RulePlan } from '../../../schemas/plan.ts'
import { isUnder, lineage } from './effects.ts'
import type { Effects } from './effects.ts'
import { ends, meets, obligationsOf, openIntervals } from './intervals.ts'
import type { Interval, Obligation } from './intervals.ts'
import type { BoundRule, GuardedEffect, RunSoFar } from './seen.ts'

/** One thing that a rule says at an effect. `about` is what `target` means in its expressions. */
export interface Matter {
  readonly bound: BoundRule
  readonly check: CheckPlan
  readonly guarded: GuardedEffect
  readonly about: GuardedEffect
  readonly interval?: Interval
  readonly obligation?: Obligation
  /** Nobody can read the receipts on which this rests. */
  readonly blind?: true
}

interface Around {
  readonly run: RunSoFar
  readonly effects: Effects
  readonly goalClaims: readonly string[]
}

/** Does this rule say anything about this effect? Rules of forms 6 and 7 may, at every effect: it depends on what the run has done. */
export function concerns(rule: RulePlan, effect: string, effects: Effects): boolean {
  const line = lineage(effect, effects)
  return rule.checks.some((check) => {
    const guarded = guardedBy(check)
    return guarded === 'every' || guarded.some((name) => line.includes(name))
  })
}

/** The effects, or readings, that a check guards. */
export function guardedBy(check: CheckPlan): readonly string[] | 'every' {
  switch (check.form) {
    case 'require':
    case 'after':
    case 'only-from':
      return check.guards
    case 'forbid':
      return [...check.forbid, ...check.inRunsWith]
    case 'during':
    case 'must-within':
      return 'every'
  }
}

/** Everything that a rule says at an effect. */
export function mattersOf(bound: BoundRule, guarded: GuardedEffect, around: Around): Matter[] {
  return bound.rule.checks.flatMap((check): Matter[] => {
    const matter = { bound, check, guarded, about: guarded }
    switch (check.form) {
      case 'require':
      case 'after':
      case 'only-from':
        return isUnder(guarded.effect, check.guards, around.effects) ? [matter] : []
      case 'forbid':
        return [matter]
      case 'during':
        return intervalMatters({ ...matter, check }, around)
      case 'must-within':
        return obligationMatters({ ...matter, check }, around)
    }
  })
}

type Of<F> = Matter & { readonly check: CheckPlan & { readonly form: F } }

function intervalMatters(matter: Of<'during'>, { run, effects }: Around): Matter[] {
  const { check, guarded, bound } = matter
  if (run.effects === undefined) return couldHaveDone(check.from, run, effects) ? [{ ...matter, blind: true }] : []
  const open = openIntervals({ ...bound.rule, checks: [check] }, run, effects)
  return open
    .filter((interval) => !ends(interval, guarded, effects))
    .map((interval) => ({ ...matter, about: interval.from, interval }))
}

/**
 * At a claim of success every obligation must have been met in time; at any other effect none may be overdue, but the act itself
 * may follow. A claim that something went wrong is no effect on anything, and nobody is kept from it.
 */
function obligationMatters(matter: Of<'must-within'>, { run, effects, goalClaims }: Around): Matter[] {
  const { check, guarded } = matter
  const success = isSuccess(guarded.effect, goalClaims)
  if (!success && lineage(guarded.effect, effects).includes('claim')) return []
  if (run.effects === undefined) return couldHaveDone(check.after, run, effects) ? [{ ...matter, blind: true }] : []
  const all = obligationsOf(check, run.effects, effects)
  const due = all.filter((each) => success || (each.met === undefined && !meets(each, guarded, effects)))
  return due.map((obligation) => ({ ...matter, about: obligation.after, obligation }))
}

function couldHaveDone(effect: string, { reachable }: RunSoFar, effects: Effects): boolean {
  return reachable.some((other) => isUnder(other, [effect], effects))
}

/** Claims that say that what was to be done is done. */
export function isSuccess(effect: string, goalClaims: readonly string[]): boolean {
  return DONE.includes(effect) || goalClaims.includes(effect)
}

const DONE = ['claim.succeeded', 'claim.succeeded-with-exception', 'claim.deadline-enforced']
