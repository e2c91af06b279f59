import type { Json } from './json.ts'
import type { ObjectType } from './value-type.ts'

/** How far a reading may be trusted (requirements R-F1). */
export type Authority = 'authoritative' | 'derived' | 'diagnostic'

/** What the outside knows of an action: the part that is frozen into a Plan, by digest. */
export type Contract = ReadingContract | ActionContract

interface CommonContract {
  /** `<system>.<verb or noun>`; also the Temporal activity type. */
  readonly name: string
  readonly summary: string
  readonly input: ObjectType
  readonly output: ObjectType
  /** One attempt may take this long. */
  readonly timeoutMs: number
}

/** A reading: it changes nothing. */
export interface ReadingContract extends CommonContract {
  readonly kind: 'reading'
  readonly authority: Authority
}

/** An action with effects. */
export interface ActionContract extends CommonContract {
  readonly kind: 'action'
  /** Effect name → for each field of the effect's target, the input field that fills it, or what it always is. */
  readonly effects: Readonly<Record<string, Readonly<Record<string, string | { readonly literal: Json }>>>>
  /** The conditional write (G7): this input must come from, and at the effect equal, that field of that reading. */
  readonly premise?: { readonly input: string; readonly reading: string; readonly field: string }
}
