import type { SignedAdmission } from './admission.ts'
import type { FactRecord } from './fact.ts'
import type { Json, JsonObject } from './json.ts'
import type { Place } from './plan.ts'
import type { SignedVote } from './vote.ts'

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
