import type { SignedVote, Vote } from '../../../schemas/vote.ts'
import type { JudgedVerdict, RunSoFar } from './seen.ts'

/**
 * Marks the verdicts that a person has overridden: the right rule and item, by the role that the rule names, with a reason, and not
 * expired. The caller has verified the votes: signature, second person, and that they are for this very step and question (G26).
 */
export function applyOverrides(
  verdicts: readonly JudgedVerdict[],
  votes: readonly SignedVote[],
  run: Pick<RunSoFar, 'id' | 'now'>,
): JudgedVerdict[] {
  const overrides = votes.map(({ vote }) => vote).filter((vote) => isInForce(vote, run))
  return verdicts.map((verdict) => {
    const vote = overrides.find((other) => covers(other, verdict))
    return vote === undefined ? verdict : { ...verdict, overriddenBy: grantOf(vote) }
  })
}

function isInForce({ decision, runId, expiresAt, reason }: Vote, run: Pick<RunSoFar, 'id' | 'now'>): boolean {
  const left = Date.parse(expiresAt ?? '') - Date.parse(run.now)
  return decision === 'override' && runId === run.id && left > 0 && (reason ?? '').trim() !== ''
}

/** Only what the rule's own condition allows now; a verdict on one item is overridden for that item alone. */
function covers({ overrides, role }: Vote, { says, rule, item, overridableBy }: JudgedVerdict): boolean {
  return (
    says !== 'true' &&
    overridableBy !== undefined &&
    overridableBy === role &&
    overrides?.rule === rule &&
    overrides.item === item
  )
}

function grantOf({ by, reason = '', expiresAt = '' }: Vote): NonNullable<JudgedVerdict['overriddenBy']> {
  return { user: by.user, reason, expiresAt }
}
