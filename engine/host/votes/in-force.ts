import type { Vote } from '../../../schemas/run.ts'

/** A vote may come from a machine whose clock goes so far ahead. */
const AHEAD_MS = 5 * 60_000

/** No override holds longer: what lasts is a change of the rule, or of the policy. */
export const LONGEST_OVERRIDE_MS = 24 * 3_600_000

/** Why a vote is not in force at this time; undefined where it is. An override names its reason and its end. */
export function notInForce({ decision, votedAt, expiresAt, reason, overrides }: Vote, now: Date): string | undefined {
  const given = Date.parse(votedAt)
  if (!(given <= now.getTime() + AHEAD_MS)) return 'this vote was given at a time that has not come'
  if (expiresAt !== undefined && !(Date.parse(expiresAt) > now.getTime())) return `this vote expired at ${expiresAt}`
  if (decision !== 'override') return undefined
  if (overrides === undefined) return 'an override names the rule that it overrides'
  if ((reason ?? '').trim() === '') return 'an override gives its reason'
  if (expiresAt === undefined) return 'an override says when it ends'
  return Date.parse(expiresAt) - given > LONGEST_OVERRIDE_MS ? 'an override holds for 24 hours at most' : undefined
}
