import type { SignedAdmission } from './admission.ts'
import type { FactRecord } from './fact.ts'
import type { Json, JsonObject } from './json.ts'
import type { Place } from './plan.ts'
import type { SignedVote } from './vote.ts'

/** Argument of an activity with effects; its activity id is the instance's id, with `#<n>` from the second round on. */
export interface EffectRequest {
  readonly admission: SignedAdmission
  /** The instance of the step (`StepPlan`): `cordon`, `failClosed.2`, `drain.cordon`, `cordon-undo`. */
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
  /** Votes that were counted, overrides among them. */
  readonly votes: readonly SignedVote[]
  /**
   * For each loop on the way, around the instance or before it, by the loop's own instance id: the readings on which its list
   * rests. The same for each call, by its instance: the readings that its inputs name, and, as `<call>-outputs`, those of its outputs.
   */
  readonly lists?: Readonly<Record<string, Readonly<Record<string, AttestedFact>>>>
  /** Readings that rules of form 3 ask for: taken in this run, newest of each action and input. */
  readonly taken?: readonly AttestedFact[]
}

/** A reading as a worker of this installation took it: signed over `{ type: "runproof.fact.v1", runId, activity, record }`. */
export interface AttestedFact {
  readonly record: FactRecord
  readonly activity: string
  readonly keyid: string
  readonly signature: string
  /** The readings that its inputs name, as they were when it was taken, by fact; each is signed by itself. */
  readonly from?: Readonly<Record<string, AttestedFact>>
}

/** Argument of the activity that says a claim. */
export interface ClaimRequest {
  readonly admission: SignedAdmission
  /** The outcome's name; of a callee, behind the calling instance: `drain.3.drained`. */
  readonly outcome: string
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
  readonly grounds?: Grounds
}

/** Argument of the activity that judges the options of a question before anybody is asked (G22). */
export interface OptionsRequest {
  readonly admission: SignedAdmission
  /** The instance of the ask. */
  readonly step: string
  readonly grounds: Grounds
  readonly options: readonly {
    readonly name: string
    readonly effects: readonly { readonly effect: string; readonly target: JsonObject }[]
  }[]
}

/** Which options may be offered, and why others may not. */
export interface OptionsVerdict {
  readonly allowed: readonly string[]
  readonly denied: Readonly<Record<string, Denial>>
}

/** `options-<step>-<number>.json`: what the rules said of the options of a question; only then may it be asked. */
export interface OptionsRecord extends OptionsVerdict {
  readonly runId: string
  readonly planDigest: string
  /** The instance of the ask. */
  readonly step: string
  readonly options: OptionsRequest['options']
  /**
   * Counts the verdicts on this question in the run: each was begun when the one before it was on record. Absent in records that were
   * made before there were numbers.
   */
  readonly number?: number
  /**
   * The number of the newest question of this instance that was on record when they were judged, 0 where there was none: they are no
   * leave for one that follows a later question. Absent in records that were made before verdicts were bound to questions.
   */
  readonly asked?: number
  /** RFC 3339, host clock. */
  readonly at: string
}

/** Argument of the activity that looks at rules of form 6 while a run waits. */
export interface WatchRequest {
  readonly admission: SignedAdmission
  /** The instance that waits. */
  readonly step: string
}

/** What holds no more, if anything. */
export interface WatchVerdict {
  readonly denial?: Denial
}

/** Argument of the last activity of an execution that goes on in another one: what the run has entered, and keeps for later. */
export interface KeepRequest {
  readonly admission: SignedAdmission
  /** 1 for the first execution that ends so, and one more each time. */
  readonly number: number
  /** What the run entered in this execution, in order; the sealing puts them together again. */
  readonly entries: readonly Json[]
  /** What the run may ask for again. */
  readonly values: JsonObject
}

/** Argument of the first activity of an execution that takes a run over, and of the one that reads what was kept. */
export interface ContinueRequest {
  readonly admission: SignedAdmission
  readonly number: number
}

/** Whether an execution may go on with a run. */
export type ContinueResult = { readonly continued: true } | { readonly continued: false; readonly why: string }

/** Argument of the activity that gives back the leases of a run that has ended. */
export interface ReleaseRequest {
  readonly admission: SignedAdmission
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
  /** For a check with `each`: the item, by its id. */
  readonly item?: string
  /** Set where the check was not true and an override counts: who, why, until when. */
  readonly overriddenBy?: { readonly user: string; readonly reason: string; readonly expiresAt: string }
  /** Set where the check was not true and its rule may be overridden now: by a second person of this role. */
  readonly overridableBy?: string
}

/** Why the door did not let an effect through. */
export interface Denial {
  readonly by:
    'rule' | 'facts' | 'stop-switch' | 'change-window' | 'admission' | 'evidence' | 'deadline' | 'lease' | 'mode'
  /** For rules: the id. */
  readonly rule?: string
  /** A rule was false, or stayed unknown for the whole of `unknownFor`. */
  readonly unknown: boolean
  readonly message: string
  readonly verdicts: readonly Verdict[]
  /** The next safe step, or the command to type. */
  readonly next: string
  /** Rules, and items, that a second person of this role may override now: every one of them must be. */
  readonly overridable?: readonly { readonly rule: string; readonly item?: string; readonly who: string }[]
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

/**
 * One effect that a run has caused, by its receipt: the run's own authority on what it did (G15), undo and callees included.
 * Expressions see these as `run.effects`.
 */
export interface EffectReceipt {
  /** The instance of the step. */
  readonly step: string
  readonly effect: string
  readonly target: JsonObject
  readonly status: 'done' | 'already-done'
  /** RFC 3339, host clock, when the receipt was written. */
  readonly at: string
  /** Somebody was asked, and has approved, before the step could be reached. */
  readonly approved: boolean
  /** The step was taken back since: there is a receipt of its undo. */
  readonly undone: boolean
  /** Nobody could read back that it happened: its receipt rests on the reply alone (G9). */
  readonly unverified?: true
}

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
