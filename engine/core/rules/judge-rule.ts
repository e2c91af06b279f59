import type { Verdict } from '../../../schemas/door.ts'
import type { Predicate } from '../../../schemas/plan.ts'
import { judge } from '../judge.ts'
import type { Scope } from '../scope.ts'
import { judgeAfter } from './after.ts'
import { judgeForbid } from './forbid.ts'
import { openIntervals } from './intervals.ts'
import { mattersOf } from './matters.ts'
import type { Matter } from './matters.ts'
import { judgeMustWithin } from './must-within.ts'
import { judgeOnlyFrom } from './only-from.ts'
import { factsOf, readRuleFacts } from './rule-facts.ts'
import { itemScopes, ruleScope } from './rule-scope.ts'
import type { ItemScope } from './rule-scope.ts'
import type { BoundRule, GuardedEffect, JudgedVerdict, Seen } from './seen.ts'
import { UNREADABLE } from './unreadable.ts'

/** What a form says of one item, before the rule's name is put to it. */
export type Said = Pick<Verdict, 'predicate' | 'says' | 'observed'> & Partial<Pick<Verdict, 'place' | 'item'>>

/** All verdicts of one rule on one effect, on facts that are read for it now. */
export async function judgeRule(bound: BoundRule, guarded: GuardedEffect, seen: Seen): Promise<JudgedVerdict[]> {
  const goalClaims = seen.way?.plan.goalClaims ?? []
  const matters = mattersOf(bound, guarded, { ...seen, goalClaims })
  return (await Promise.all(matters.map(async (matter) => judgeMatter(matter, seen)))).flat()
}

/** All verdicts of one rule of form 6 on what holds now, while the run waits. */
export async function judgeIntervals(bound: BoundRule, seen: Seen): Promise<JudgedVerdict[]> {
  const matters = openIntervals(bound.rule, seen.run, seen.effects).map((interval): Matter => {
    return { bound, check: interval.check, guarded: interval.from, about: interval.from, interval }
  })
  return (await Promise.all(matters.map(async (matter) => judgeMatter(matter, seen)))).flat()
}

async function judgeMatter(matter: Matter, seen: Seen): Promise<JudgedVerdict[]> {
  if (matter.blind === true) return [verdictOf(matter, blind(matter))]
  const records = await readRuleFacts(matter, factsOf(matter), seen)
  const scope: Scope = { ...ruleScope(matter.bound, matter.about, { ...seen, records }), doubt: seen.doubt }
  const each = 'each' in matter.check ? matter.check.each : undefined
  const items = itemScopes(each, scope)
  if ('unknown' in items)
    return [verdictOf(matter, { predicate: eachOf(matter), says: 'unknown', observed: { problem: items.unknown } })]
  if (items.length === 0)
    return [verdictOf(matter, { predicate: eachOf(matter), says: 'true', observed: { items: 0 } })]
  return items.flatMap((item) => judgeItem(matter, item, seen))
}

function judgeItem(matter: Matter, at: ItemScope, seen: Seen): JudgedVerdict[] {
  const item = at.item === undefined ? {} : { item: at.item.id }
  return saidOf(matter, at, seen).map((said) => {
    const verdict = verdictOf(matter, { ...said, ...item })
    return said.says === 'true' ? verdict : { ...verdict, ...overriding(matter, at.scope) }
  })
}

function saidOf(matter: Matter, at: ItemScope, seen: Seen): Said[] {
  const { check } = matter
  switch (check.form) {
    case 'require':
    case 'during':
      return check.require.map((predicate) => judged(predicate, at.scope))
    case 'forbid':
      return judgeForbid(check, matter.guarded, seen)
    case 'after':
      return judgeAfter(check, { guarded: matter.guarded, ...(at.item && { item: at.item }) }, seen)
    case 'only-from':
      return judgeOnlyFrom(check, matter.guarded, seen)
    case 'must-within':
      return matter.obligation === undefined ? [] : [judgeMustWithin(matter.obligation, matter.guarded, seen)]
  }
}

function judged(predicate: Predicate, scope: Scope): Said {
  return { predicate: predicate.cel, ...judge(predicate, scope), place: predicate.place }
}

function verdictOf({ bound: { rule }, guarded }: Matter, said: Said): JudgedVerdict {
  return { rule: rule.id, effect: guarded.effect, ...said }
}

/** Who may override what is not true, where the rule's own condition for that holds. */
function overriding({ bound: { rule } }: Matter, scope: Scope): { overridableBy: string } | object {
  if (rule.overridable === 'never') return {}
  return judge(rule.overridable.when, scope).says === 'true' ? { overridableBy: rule.overridable.who } : {}
}

function eachOf({ check }: Matter): string {
  const each = 'each' in check ? check.each : undefined
  return each === undefined ? check.form : `each ${each.item} of ${each.list.join('.')}`
}

function blind({ check }: Matter): Said {
  const predicate =
    check.form === 'during'
      ? `from ${check.from} to ${check.to}`
      : check.form === 'must-within'
        ? `${check.do} within ${check.within} after ${check.after}`
        : check.form
  return { predicate, says: 'unknown', observed: UNREADABLE }
}
