import type { ForbidCheck } from '../../../schemas/plan.ts'
import { onOnePath } from './certain.ts'
import { isUnder } from './effects.ts'
import type { Said } from './judge-rule.ts'
import type { GuardedEffect, Seen } from './seen.ts'
import { sitesOf } from './sites.ts'
import { UNREADABLE } from './unreadable.ts'

/** Form 2 binds both ways: the forbidden effect, and the effect beside which it is forbidden. */
export function judgeForbid(check: ForbidCheck, { effect }: GuardedEffect, seen: Seen): Said[] {
  const { run, effects } = seen
  const forbids = (other: string) => isUnder(other, check.forbid, effects)
  const companion = (other: string) => isUnder(other, check.inRunsWith, effects)
  const done = (run.effects ?? []).map((receipt) => receipt.effect)
  if (forbids(effect)) {
    const beside = [...done, ...aheadOf(effect, seen)].find(companion)
    if (check.inRunsWith.length === 0 || beside !== undefined) return [forbidden(effect, beside)]
  }
  const before = done.find(forbids)
  if (companion(effect) && before !== undefined) return [forbidden(effect, before)]
  const concerned = forbids(effect) || companion(effect)
  return concerned && run.effects === undefined
    ? [{ predicate: `forbid ${effect}`, says: 'unknown', observed: UNREADABLE }]
    : []
}

/** What the run may cause on one path with the effect at hand; where nobody can say where it stands, whatever its Plan can reach. */
function aheadOf(effect: string, { run, way }: Seen): readonly string[] {
  const sites = way === undefined ? [] : sitesOf(way.plan)
  const here = sites.find(({ at, causes }) => at === way?.at && causes.some((cause) => cause.effect === effect))
  if (here === undefined) return run.reachable
  return sites.filter((site) => onOnePath(here, site)).flatMap(({ causes }) => causes.map((cause) => cause.effect))
}

function forbidden(effect: string, beside: string | undefined): Said {
  const predicate = beside === undefined ? `forbid ${effect}` : `forbid ${effect} in a run with ${beside}`
  return { predicate, says: 'false', observed: {} }
}
