import type { Run } from './run.ts'

/** How long the engine waits where the runbook says nothing, if the policy says nothing either. */
const DEFAULTS = {
  /** How often the rules of an interval are looked at while the run waits. */
  watchEvery: 30_000,
  /** How long a denial that may be overridden waits for somebody to do so. */
  overridePatience: 15 * 60_000,
  /** How long a run that only proposes waits for somebody to agree. */
  proposePatience: 60 * 60_000,
}

/** A duration of the policy, in milliseconds. */
export function patience({ whole }: Run, name: keyof typeof DEFAULTS): number {
  const value = Object.hasOwn(whole.plan.policy, name) ? whole.plan.policy[name]?.value : undefined
  return typeof value === 'number' ? value : DEFAULTS[name]
}
