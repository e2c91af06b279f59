import type { Identity, SignedAdmission, Trigger } from './admission.ts'
import type { ClaimResult, Denial, EffectResult } from './door.ts'
import type { FactRecord } from './fact.ts'
import type { JsonObject } from './json.ts'
import type { BlastRadius, OutcomeKind, Plan } from './plan.ts'
import type { SignedVote } from './vote.ts'

/** The messages between workflow, host and clients: this file is their door. */
export type * from './admission.ts'
export type * from './door.ts'
export type * from './vote.ts'

/** The one argument of every run's workflow. */
export interface RunInput {
  readonly plan: Plan
  readonly admission: SignedAdmission
  /** Set where the run goes on from an earlier execution. */
  readonly continued?: Continued
}

/** A run that goes on in another execution, since a history has an end. */
export interface Continued {
  /** How many executions of this run came before. */
  readonly number: number
  readonly startedAt: string
  /** What the interpreter carries along; nobody else reads it, and the door believes none of it. */
  readonly state: JsonObject
  /** Somebody cancelled the run while it moved. */
  readonly cancelled: boolean
}

/** Argument of the updates that pause a run and let it go on. */
export interface PauseRequest {
  readonly by: Identity
  readonly reason?: string
}

/** Argument of the update that says that an alert of this run is resolved. */
export interface ResolvedNotice {
  readonly occurrence: string
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
      /** Absent: an approval. */
      readonly question?: Exclude<Waiting['kind'], 'approve'>
    }
  | {
      readonly kind: 'vote'
      readonly step: string
      readonly vote: SignedVote
      readonly counted: boolean
      readonly why?: string
      /** The digest of what a worker has recorded of it. Earlier runs do not tell it. */
      readonly record?: string
    }
  | { readonly kind: 'step'; readonly step: string; readonly result: StepResult; readonly detail?: string }
  /** A loop begins: its list was taken, with so many items. */
  | { readonly kind: 'items'; readonly step: string; readonly count: number }
  /** The run stopped, and what was done is taken back: the undo of this instance ended so. */
  | { readonly kind: 'undo'; readonly step: string; readonly activity: string; readonly result: EffectResult }
  /** A rule of form 6 was looked at while the run waited, and does not hold. */
  | { readonly kind: 'watch'; readonly step: string; readonly denial: Denial }
  | { readonly kind: 'paused' | 'resumed'; readonly by: Identity; readonly reason?: string }
  | { readonly kind: 'resolved'; readonly occurrence: string }
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
  readonly phase: 'admission' | 'running' | 'waiting' | 'paused' | 'undoing' | 'claiming' | 'sealing' | 'sealed'
  readonly steps: readonly StepState[]
  /** The newest reading of each fact. */
  readonly facts: Readonly<Record<string, FactRecord>>
  /** The question that has been open for longest. */
  readonly waiting?: Waiting
  /** All open questions: items of a loop may ask side by side. */
  readonly questions?: readonly Waiting[]
  readonly outcome?: Outcome
  readonly entries: readonly RunEntry[]
  readonly sealed?: SealResult
}

/** An open question to people. */
export interface Waiting {
  /** The instance of the step. */
  readonly step: string
  readonly kind?: 'approve' | 'ask' | 'override' | 'propose'
  readonly text: string
  readonly who: readonly string[]
  /** For a question with options: their names, and the effects that each asks a person for. */
  readonly choices?: readonly { readonly name: string; readonly effects: readonly string[] }[]
  /** For an override: what would be overridden. */
  readonly overridable?: NonNullable<Denial['overridable']>
  readonly facts: Readonly<Record<string, FactRecord>>
  readonly until: string
  readonly factsDigest: string
}

/** How an instance of a step stands; `id` is the instance's. */
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
  ask: 'runproof.ask',
  options: 'runproof.options',
  watch: 'runproof.watch',
  keep: 'runproof.keep',
  continue: 'runproof.continue',
  recall: 'runproof.recall',
  release: 'runproof.release',
  digest: 'runproof.digest',
  seal: 'runproof.seal',
  stateQuery: 'state',
  pauseUpdate: 'pause',
  resumeUpdate: 'resume',
  resolvedUpdate: 'resolved',
  triggerUpdate: 'trigger',
  voteUpdate: 'vote',
} as const

/** Task queues: sealing is its own (G27). */
export const QUEUES = { runs: 'runproof-runs', sealing: 'runproof-sealing' } as const

/** From the smallest to the largest; effects of each have a task queue of their own, so that each can have its own credentials. */
export const BLAST_RADII = ['object', 'app', 'host', 'environment', 'installation'] as const satisfies BlastRadius[]

/** The task queue of effects of a blast radius. */
export const effectsQueue = (radius: BlastRadius): string => `runproof-effects-${radius}`
