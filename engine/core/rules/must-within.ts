import { isSuccess } from './matters.ts'
import type { Obligation } from './intervals.ts'
import type { Said } from './judge-rule.ts'
import type { GuardedEffect, Seen } from './seen.ts'

/** Form 7: at a claim of success the act has followed in time; before that, its time is not over yet. */
export function judgeMustWithin(obligation: Obligation, guarded: GuardedEffect, { run, way }: Seen): Said {
  const { check, after, met } = obligation
  const took = Date.parse(met?.at ?? run.now) - Date.parse(after.at)
  const owed = met === undefined && isSuccess(guarded.effect, way?.plan.goalClaims ?? [])
  return {
    predicate: `${check.do} within ${check.within} after ${check.after}`,
    says: Number.isNaN(took) ? 'unknown' : took >= 0 && took <= check.withinMs && !owed ? 'true' : 'false',
    observed: {
      after: { step: after.step, at: after.at },
      ...(met === undefined ? { until: run.now } : { met: { step: met.step, at: met.at } }),
      allowedMs: check.withinMs,
    },
  }
}
