import type { FactRecord } from './fact.ts'
import type { Json, JsonObject } from './json.ts'
import type { OutcomeKind, Place, Plan } from './plan.ts'

/** Who or what asked for a run. Identities without a signature are self-asserted (G26). */
export type Trigger =
  | { readonly kind: 'person'; readonly by: Identity; readonly reason?: string }
  | {
      readonly kind: 'alert'
      readonly occurrence: string
      readonly alert: JsonObject
      readonly warnings: readonly string[]
    }

/** The operating system's user and host; nothing signs it yet. */
export interface Identity {
  readonly user: string
  readonly host: string
  readonly assurance: 'self-asserted'
}

/** What the host admits (G25): signed with the admission key over its canonical JSON. */
export interface Admission {
  /** Signatures of one key never mix: each signed object says what it is. */
  readonly type: 'runproof.admission.v1'
  readonly runId: string
  readonly workflowId: string
  readonly runbook: string
  /** `sha256:…` over the Plan's canonical JSON. */
  readonly planDigest: string
  readonly catalogueDigest: string
  readonly inputs: JsonObject
  readonly trigger: Trigger
  /** RFC 3339, host clock. */
  readonly admittedAt: string
}

/** An admission with its signature: Ed25519, base64. */
export interface SignedAdmission {
  readonly admission: Admission
  readonly keyid: string
  readonly signature: string
}

/** The one argument of every run's workflow. */
export interface RunInput {
  readonly plan: Plan
  readonly admission: SignedAdmission
}

/** Argument of a reading activity. Its activity id is `<step>.<fact>`, with `#<n>` from the second reading on. */
export interface ReadRequest {
  readonly admission: SignedAdmission
  readonly step: string
  readonly fact: string
  readonly input: JsonObject
}

/** Argument of an activity with effects; its activity id is the step's id, with `#<n>` from the second round on. */
export interface EffectRequest {
  readonly admission: SignedAdmission
  readonly step: string
  /** 0, and one more each time a conflict sent the run back to its readings. */
  readonly round: number
  readonly input: JsonObject
  readonly grounds: Grounds
}

/** What an effect rests on, so that the door can follow the path to it again and does not believe the workflow (G25). */
export interface Grounds {
  /** The readings that the step's own inputs name. */
  readonly facts: Readonly<Record<string, AttestedFact>>
  /** For each decision so far: the readings on which it was taken. */
  readonly decisions: Readonly<Record<string, Readonly<Record<string, AttestedFact>>>>
  /** Votes that were counted. */
  readonly votes: readonly SignedVote[]
}

/** A reading as a worker of this installation took it: signed over `{ type: "runproof.fact.v1", runId, activity, record }`. */
export interface AttestedFact {
  readonly record: FactRecord
  readonly activity: string
  readonly keyid: string
  readonly signature: string
}

/** Argument of the activity that says a claim. */
export interface ClaimRequest {
  readonly admission: SignedAdmission
  readonly outcome: string
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
}

/** What one predicate of one rule said, and on what. */
export interface Verdict {
  readonly rule: string
  /** The predicate's text; for form 2 the forbidden effect. */
  readonly predicate: string
  readonly effect: string
  readonly says: 'true' | 'false' | 'unknown'
  /** For false and unknown: the observed values of the paths that it uses, or why they are unknown. */
  readonly observed: JsonObject
  readonly place?: Place
}

/** Why the door did not let an effect through. */
export interface Denial {
  readonly by: 'rule' | 'facts' | 'stop-switch' | 'change-window' | 'admission' | 'evidence' | 'deadline'
  /** For rules: the id. */
  readonly rule?: string
  /** A rule was false, or stayed unknown for the whole of `unknownFor`. */
  readonly unknown: boolean
  readonly message: string
  readonly verdicts: readonly Verdict[]
  /** The next safe step, or the command to type. */
  readonly next: string
}

/** How an activity with effects ended. Denials and conflicts are results, not errors. */
export type EffectResult =
  | {
      readonly status: 'done' | 'already-done'
      readonly output: JsonObject
      readonly effects: readonly string[]
      readonly lift?: string
      readonly evidence: EvidenceRefs
    }
  | { readonly status: 'denied'; readonly denial: Denial; readonly evidence: EvidenceRefs }
  | { readonly status: 'conflict'; readonly expected: Json; readonly found: Json; readonly evidence: EvidenceRefs }
  | { readonly status: 'failed'; readonly message: string; readonly evidence: EvidenceRefs }
  | { readonly status: 'effect-unknown'; readonly message: string; readonly evidence: EvidenceRefs }

/** Intake files that this pass wrote: name → `sha256:…`. */
export type EvidenceRefs = Readonly<Record<string, string>>

/** How the claim activity ended. */
export type ClaimResult =
  | {
      readonly status: 'said'
      readonly verdicts: readonly Verdict[]
      readonly facts: readonly FactRecord[]
      readonly evidence: EvidenceRefs
    }
  | {
      readonly status: 'denied'
      readonly denial: Denial
      readonly facts: readonly FactRecord[]
      readonly evidence: EvidenceRefs
    }

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

/** How a step ended: a closed set for each kind (language.md 6). */
export type StepResult = string

/** What happened in a run, in order: slim, because the values are in the history by activity id. */
export type RunEntry = { readonly seq: number; readonly at: string } & (
  | { readonly kind: 'admitted' | 'refused'; readonly message?: string }
  | { readonly kind: 'trigger'; readonly trigger: Trigger }
  | {
      readonly kind: 'reading'
      readonly step: string
      readonly fact: string
      readonly activity: string
      readonly known: boolean
      readonly detail?: string
    }
  | {
      readonly kind: 'decision'
      readonly step: string
      readonly cases: readonly DecidedCase[]
      readonly result: StepResult
    }
  | { readonly kind: 'effect'; readonly step: string; readonly activity: string; readonly result: EffectResult }
  | {
      readonly kind: 'expectation'
      readonly step: string
      readonly holds: DecidedCase['says']
      readonly observed: JsonObject
      readonly rounds: number
      readonly activities: readonly string[]
    }
  | {
      readonly kind: 'asked'
      readonly step: string
      readonly text: string
      readonly who: readonly string[]
      readonly factsDigest: string
    }
  | {
      readonly kind: 'vote'
      readonly step: string
      readonly vote: SignedVote
      readonly counted: boolean
      readonly why?: string
    }
  | { readonly kind: 'step'; readonly step: string; readonly result: StepResult; readonly detail?: string }
  | { readonly kind: 'conflict'; readonly step: string; readonly backTo: string; readonly round: number }
  | { readonly kind: 'claim'; readonly outcome: string; readonly result: ClaimResult }
  | { readonly kind: 'told'; readonly roles: readonly string[]; readonly delivered: boolean; readonly detail?: string }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
)

/** One predicate of a decision, with what it saw. */
export interface DecidedCase {
  readonly name: string
  readonly says: 'true' | 'false' | 'unknown'
  readonly observed: JsonObject
}

/** The end of a run. */
export interface Outcome {
  readonly name: string
  readonly as: OutcomeKind
  readonly claims: readonly string[]
  readonly message: string
  /** Roles that must know. */
  readonly tell: readonly string[]
  /** What stays in force, and the command that lifts it. */
  readonly left: readonly { readonly step: string; readonly text: string; readonly lift?: string }[]
  /** Set where a denial ended the run. */
  readonly denial?: Denial
}

/** What the `state` query answers: the whole run as it is now. */
export interface RunState {
  readonly runId: string
  readonly runbook: string
  readonly title: string
  readonly planDigest: string
  readonly inputs: JsonObject
  readonly trigger: Trigger
  readonly phase: 'admission' | 'running' | 'waiting' | 'claiming' | 'sealing' | 'sealed'
  readonly steps: readonly StepState[]
  /** The newest reading of each fact. */
  readonly facts: Readonly<Record<string, FactRecord>>
  readonly waiting?: {
    readonly step: string
    readonly text: string
    readonly who: readonly string[]
    readonly facts: Readonly<Record<string, FactRecord>>
    readonly until: string
    readonly factsDigest: string
  }
  readonly outcome?: Outcome
  readonly entries: readonly RunEntry[]
  readonly sealed?: SealResult
}

export interface StepState {
  readonly id: string
  readonly kind: string
  readonly status: 'pending' | 'running' | 'waiting' | 'skipped' | 'ended'
  readonly result?: StepResult
  readonly detail?: string
  readonly startedAt?: string
  readonly endedAt?: string
}

/** Argument of the sealing activity, on its own task queue. */
export interface SealRequest {
  readonly admission: SignedAdmission
  readonly plan: Plan
  readonly outcome: Outcome
  readonly entries: readonly RunEntry[]
  readonly startedAt: string
  readonly finishedAt: string
}

/** Where the bundle lies. */
export interface SealResult {
  readonly bundle: string
  /** `sha256:…` of the Statement's bytes; absent where an earlier sealing stands. */
  readonly statement?: string
  readonly gaps: readonly string[]
}

/** What the host answers to an admission. */
export type AdmissionResult =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly denial: Denial }
  /** Not signed by this installation, or not for this Plan and this workflow: no run of ours, and nothing is sealed. */
  | { readonly admitted: false; readonly foreign: string }

/** Argument of the activity that checks an admission and records the start of the run. */
export interface AdmitRequest {
  readonly admission: SignedAdmission
  readonly plan: Plan
}

/** Argument of the activity that tells people (G40); delivery is reported, never awaited for ever. */
export interface TellRequest {
  readonly admission: SignedAdmission
  readonly roles: readonly string[]
  readonly event: 'waiting' | 'ended'
  readonly message: string
  readonly activity: string
}

/** What a vote is checked against, in an activity. */
export interface VoteCheck {
  readonly admission: SignedAdmission
  readonly vote: SignedVote
  /** Everyone who asked for this run, also by a start that was merged into it: none of them counts (G26). */
  readonly triggers: readonly Trigger[]
}

/** Whether a further start really was admitted by this installation, for this very workflow. */
export interface TriggerCheck {
  readonly admission: SignedAdmission
  readonly further: SignedAdmission
}

/** Whether a vote counts, and otherwise why not. */
export interface VoteVerdict {
  readonly counted: boolean
  readonly why?: string
}

/** Names on the wire between workflow, host and clients. */
export const NAMES = {
  admit: 'runproof.admit',
  recordStart: 'runproof.recordStart',
  claim: 'runproof.claim',
  tell: 'runproof.tell',
  checkVote: 'runproof.checkVote',
  checkTrigger: 'runproof.checkTrigger',
  digest: 'runproof.digest',
  seal: 'runproof.seal',
  stateQuery: 'state',
  triggerUpdate: 'trigger',
  voteUpdate: 'vote',
} as const

/** Task queues: sealing is its own (G27). */
export const QUEUES = { runs: 'runproof-runs', sealing: 'runproof-sealing' } as const
