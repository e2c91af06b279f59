import type { Span } from '../../../schemas/diagnostic.ts'
import type { Binding, CheckPlan, RequireCheck } from '../../../schemas/plan.ts'
import type { Site } from '../../core/rules.ts'
import type { Report } from '../report.ts'
import type { World } from '../world.ts'
import type { Rule } from './rule.ts'
import type { Reach, Reached } from './reach.ts'
import { settleAfter } from './settle-after.ts'
import { settleDuring, settleMustWithin } from './settle-intervals.ts'
import { settleForbid } from './settle-forbid.ts'
import { settleOnlyFrom } from './settle-only-from.ts'

/** What is known of a check at one place. */
export type Settlement = Pick<Binding, 'at' | 'guarded' | 'verdict' | 'moments'>

/** A check of a rule, with what it is settled in. */
export interface Case<C extends CheckPlan = CheckPlan> {
  readonly rule: Rule
  readonly check: C
  readonly reach: Reach
  readonly goalClaims: readonly string[]
  readonly world: World
  readonly report: Report
  /** The place of a site; what lies in a callee is at the step that calls it. */
  readonly spanOf: (site: Site) => Span
}

/** Settles one check at every place that it guards; what surely breaks it is an error. */
export function settleCheck(one: Case): Settlement[] {
  const { check } = one
  switch (check.form) {
    case 'require':
      return settleRequire({ ...one, check })
    case 'forbid':
      return settleForbid({ ...one, check })
    case 'after':
      return settleAfter({ ...one, check })
    case 'only-from':
      return settleOnlyFrom({ ...one, check })
    case 'during':
      return settleDuring({ ...one, check })
    case 'must-within':
      return settleMustWithin({ ...one, check })
  }
}

/** Form 1 asks for facts, which only the run has. */
function settleRequire(one: Case<RequireCheck>): Settlement[] {
  return causing(one.check.guards, one).map(({ site, effect }) => {
    return { at: site.at, guarded: effect, verdict: 'run-time', moments: [momentOf(site)] }
  })
}

/** Every place that causes one of these effects, or one below them, in the order of the file. */
export function causing(names: readonly string[], { reach }: Pick<Case, 'reach'>): readonly Reached[] {
  const [only = '', ...more] = names
  if (more.length === 0) return reach.byEffect.get(only) ?? []
  const found = new Set(names.flatMap((name) => reach.byEffect.get(name) ?? []))
  return [...found].sort((a, b) => a.order - b.order)
}

/** A claim is judged at the end, every other effect when it is about to happen. */
export function momentOf({ outcome }: Site): 'A' | 'X' {
  return outcome === undefined ? 'A' : 'X'
}
