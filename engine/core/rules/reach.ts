import { sitesOf } from './sites.ts'
import type { PlanBody } from './sites.ts'

/** Every effect that some step, undo, option, claim or callee of the Plan can cause. */
export function reachableEffects(plan: PlanBody): string[] {
  return [...new Set(sitesOf(plan).flatMap(({ causes }) => causes.map(({ effect }) => effect)))]
}
