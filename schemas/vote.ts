import type { Identity, SignedAdmission, Trigger } from './admission.ts'

/** A person's answer to an approval, attested by the host that took it (admission key). */
export interface Vote {
  readonly type: 'runproof.vote.v1'
  readonly runId: string
  readonly step: string
  readonly planDigest: string
  /** Digest over the question as it was asked: run, step, text, roles, end and the values shown. Stale when they change. */
  readonly factsDigest: string
  readonly decision: 'approve' | 'reject'
  readonly role: string
  readonly by: Identity
  readonly reason?: string
  readonly nonce: string
  readonly votedAt: string
}

export interface SignedVote {
  readonly vote: Vote
  readonly keyid: string
  readonly signature: string
}

/** What a vote is checked against, in an activity. */
export interface VoteCheck {
  readonly admission: SignedAdmission
  readonly vote: SignedVote
  /** Everyone who asked for this run, also by a start that was merged into it: none of them counts (G26). */
  readonly triggers: readonly Trigger[]
}

/** Whether a vote counts, and otherwise why not. */
export interface VoteVerdict {
  readonly counted: boolean
  readonly why?: string
}
