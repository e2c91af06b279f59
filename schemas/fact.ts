import type { Json, JsonObject } from './json.ts'
import type { Authority } from './contract.ts'

/** Why a fact is unknown (G10): unknown denies. */
export type UnknownReason =
  'unread' | 'empty' | 'incomplete' | 'nan' | 'stale' | 'timeout' | 'error' | 'invalid' | 'too-large'

/** One reading as it was taken: what the workflow decides on, and what the bundle keeps. */
export interface FactRecord {
  /** The fact's name in the runbook or rule. */
  readonly fact: string
  readonly action: string
  readonly input: JsonObject
  readonly authority: Authority
  /** The value as the contract describes it; absent where the reading failed. */
  readonly value?: Json
  /** Set where the reading failed. Emptiness and completeness are judged by the reader, per use. */
  readonly unknown?: { readonly reason: UnknownReason; readonly detail: string }
  /** For list facts: does the authority witness that nothing is missing (G12)? */
  readonly complete?: boolean
  /** Age by the source's own clock, where it has one (G13). */
  readonly ageMs?: number
  /** The reading proves a round trip to the authority, not a cache. */
  readonly roundTrip: boolean
  /** Where it was read, for people: never with credentials. */
  readonly source: string
  /** The host's clock, RFC 3339, when the reading began. */
  readonly readAt: string
}
