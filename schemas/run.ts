import type { SignedAdmission, Trigger } from './admission.ts'
import type { ClaimResult, Denial, EffectResult } from './door.ts'
import type { FactRecord } from './fact.ts'
import type { JsonObject } from './json.ts'
import type { OutcomeKind, Plan } from './plan.ts'
import type { SignedVote } from './vote.ts'

/** The messages between workflow, host and clients: this file is their door. */
export type * from './admission.ts'
export type * from './door.ts'
export type * from './vote.ts'

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

/** Argument of the activity that tells people (G40); delivery is reported, never awaited for ever. */
export interface TellRequest {
  readonly admission: SignedAdmission
  readonly roles: readonly string[]
  readonly event: 'waiting' | 'ended'
  readonly message: string
  readonly activity: string
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
