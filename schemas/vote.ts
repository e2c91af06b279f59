import type { Identity, SignedAdmission, Trigger } from './admission.ts'
import type { Json } from './json.ts'

/** A person's answer to an approval, attested by the host that took it (admission key). */
export interface Vote {
  readonly type: 'runproof.vote.v1'
  readonly runId: string
  readonly step: string
  readonly planDigest: string
  /** Digest over the question as it was asked: run, step, text, roles, end and the values shown. Stale when they change. */
  readonly factsDigest: string
  /** For a question with options: `choose`, and `option` says which. For a denied effect: `override`, and `overrides` says which rule. */
  readonly decision: 'approve' | 'reject' | 'choose' | 'override'
  readonly option?: string
  readonly overrides?: { readonly rule: string; readonly item?: string }
  /** RFC 3339; a vote counts no longer than that. Required for an override. */
  readonly expiresAt?: string
  readonly role: string
  /** The operating system's user, self-asserted; or the principal who has signed. */
  readonly by: Identity
  /** Where it was signed, as the operating system says it: a requester does not approve with another key either. */
  readonly login?: { readonly user: string; readonly host: string }
  readonly reason?: string
  readonly nonce: string
  readonly votedAt: string
}

export interface SignedVote {
  readonly vote: Vote
  /** The installation's attestation over the canonical JSON of the vote. */
  readonly keyid: string
  readonly signature: string
  /** The voter's own SSHSIG (armored) over the same bytes, namespace `runproof-vote`, and the principal in `allowed_signers`. */
  readonly ssh?: { readonly principal: string; readonly signature: string }
}

/**
 * A question as it was asked, recorded before anybody can answer it. Its digest is the `factsDigest` of every vote on it, so that a
 * vote is bound to what was shown, to whom, and until when.
 */
export interface QuestionRecord {
  readonly runId: string
  readonly planDigest: string
  /** The instance that asks. */
  readonly step: string
  /** How often this instance has asked in this run, from 1. */
  readonly time: number
  readonly kind: 'approve' | 'ask' | 'override' | 'propose'
  readonly text: string
  readonly who: readonly string[]
  /** RFC 3339: no answer counts later. */
  readonly until: string
  /** The facts shown: what was read, but not when. */
  readonly shown: Readonly<Record<string, { readonly value: Json; readonly unknown: Json }>>
  /** Names of the options, where there are some. */
  readonly choices?: readonly string[]
  /** What would be overridden, in a question of that kind. */
  readonly overridable?: readonly { readonly rule: string; readonly item?: string; readonly who: string }[]
}

/** Argument of the activity that records a question; it answers with the digest. */
export interface QuestionRequest {
  readonly admission: SignedAdmission
  readonly question: QuestionRecord
}

/** A vote as it came, and what the worker made of it: recorded before the run learns of it. */
export interface VoteRecord {
  readonly signed: SignedVote
  readonly verdict: VoteVerdict
  /** RFC 3339, host clock. */
  readonly at: string
  /** RFC 3339, the run's clock: when the run received it. Absent where only the clock of the host could tell. */
  readonly receivedAt?: string
}

/** What a vote is checked against, in an activity. */
export interface VoteCheck {
  readonly admission: SignedAdmission
  readonly vote: SignedVote
  /** Everyone who asked for this run, also by a start that was merged into it: none of them counts (G26). */
  readonly triggers: readonly Trigger[]
  /** RFC 3339, the run's clock: when the run received the vote. Believed of the run's own interpreter only. */
  readonly receivedAt?: string
}

/** Whether a vote counts, and otherwise why not. */
export interface VoteVerdict {
  readonly counted: boolean
  readonly why?: string
}

/** What a worker answers of a vote. */
export interface CheckedVote extends VoteVerdict {
  /** The digest of what it has recorded. Absent where nobody could take the vote for one of this run, and in earlier runs. */
  readonly record?: string
}
