import type { JsonObject } from './json.ts'
import type { Plan, TriggerMode } from './plan.ts'
import type { Denial } from './door.ts'

/** Who or what asked for a run. Identities without a signature are self-asserted (G26). */
export type Trigger =
  | { readonly kind: 'person'; readonly by: Identity; readonly reason?: string }
  | {
      readonly kind: 'alert'
      readonly occurrence: string
      readonly alert: JsonObject
      readonly warnings: readonly string[]
      /** Absent: `act`. */
      readonly mode?: TriggerMode
    }
  | {
      readonly kind: 'schedule'
      /** The time for which the schedule fired, and the item. */
      readonly occurrence: string
      readonly item: JsonObject
      readonly mode: TriggerMode
    }

/** Who somebody is: the operating system's user and host as they say it, or the principal whose key has signed (G26). */
export interface Identity {
  readonly user: string
  readonly host: string
  readonly assurance: 'self-asserted' | 'signed'
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

/** Whether a further start really was admitted by this installation, for this very workflow. */
export interface TriggerCheck {
  readonly admission: SignedAdmission
  readonly further: SignedAdmission
}
