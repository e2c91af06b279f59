import type { z } from 'zod'
import type { Authority } from '../schemas/contract.ts'
import type { UnknownReason } from '../schemas/fact.ts'
import type { JsonObject } from '../schemas/json.ts'
import { contractOf } from './contract.ts'
import type { SendRequest } from './net/guarded-request.ts'

/** What an action gets from the host: nothing else reaches it. */
export interface ActionContext {
  /** Constant over every attempt of this effect; travels with the request. Empty for readings. */
  readonly idempotencyKey: string
  /** The token of each lease that the run holds (G3): it grows with each new holder, so that a target can refuse an old one. */
  readonly fencing?: Readonly<Record<string, number>>
  /** Aborts when its time is over, and, where the action says `endsWithAttempt`, when this attempt is over. */
  readonly signal: AbortSignal
  /** Opens one of the operator's configured connections, secrets resolved. Throws where there is none of this name. */
  connection(name: string): Connection
  /** Guarded fetch (G32): configured connections, and allowlisted places; a redirect is checked like a new request. */
  readonly fetch: typeof fetch
  /** The same without the objects of the Fetch standard, which cost more than a short request does. */
  readonly request: SendRequest
}

/** A configured connection, by name (`platform`, `prometheus`, `notify`). */
export interface Connection {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a reading says, beside its value, so that the host can judge freshness and completeness (G12, G13). */
export interface Reading<T> {
  readonly value: T
  /** Required for outputs with a list: does the authority witness that nothing is missing? */
  readonly complete?: boolean
  /** Age by the source's own clock: the difference of two times of one clock. */
  readonly ageMs?: number
  /** True only where the answer proves a round trip to the authority (a nonce that came back). */
  readonly roundTrip: boolean
  /** Where it was read, for people; never with credentials. */
  readonly source: string
}

export interface ReadingDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly kind: 'reading'
  readonly name: string
  readonly summary: string
  readonly authority: Authority
  readonly input: I
  readonly output: O
  readonly timeoutMs: number
  read(input: z.infer<I>, context: ActionContext): Promise<Reading<z.infer<O>>>
}

/** What the authority says of an effect whose reply was lost. */
export type Settlement<O> =
  | { readonly state: 'done'; readonly output: O }
  /** Not done, and it never can be: the authority has burnt the key, so that a request that is still under way fails. */
  | { readonly state: 'voided' }
  /** Not done so far; a request that is still under way may yet do it, under the same key. */
  | { readonly state: 'not-done' }
  | { readonly state: 'unknown'; readonly detail: string }

export interface ActionDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly kind: 'action'
  readonly name: string
  readonly summary: string
  readonly input: I
  readonly output: O
  readonly timeoutMs: number
  /** Effect name → for each field of the effect's target, the input field that fills it. */
  readonly effects: Readonly<Record<string, Readonly<Record<string, string & keyof z.infer<I>>>>>
  readonly premise?: { readonly input: string & keyof z.infer<I>; readonly reading: string; readonly field: string }
  /**
   * `none`: the target cannot be asked what happened. A reply that came is then all that there is; where none came, nobody knows.
   * Otherwise the result is read back with `settle`, and the reply is not believed (G9).
   */
  readonly readBack?: 'none'
  /**
   * The effect may go on for long, and what there is of it can be ended: it is, where the run is cancelled or the worker ends.
   * Otherwise it is left to end by itself, so that nobody has to wonder what it did.
   */
  readonly endsWithAttempt?: true
  /** The effect itself. Throws `Conflict` where the conditional write lost; any other throw leaves the effect open. */
  perform(input: z.infer<I>, context: ActionContext): Promise<z.infer<O>>
  /** Asks the authority whether the effect of this idempotency key happened (G1). Never the reply of the call. */
  settle(input: z.infer<I>, context: ActionContext): Promise<Settlement<z.infer<O>>>
  /** Lines a person could type to lift what this action left in force, where it leaves something. */
  lift?(input: z.infer<I>, output: z.infer<O>): string
}

export type AnyReading = ReadingDefinition
export type AnyAction = ActionDefinition
export type AnyDefinition = AnyReading | AnyAction

/** Defines a reading; `<system>.<noun>`. Throws where a field is of no type of the language. */
export function defineReading<I extends z.ZodObject, O extends z.ZodObject>(
  definition: Omit<ReadingDefinition<I, O>, 'kind'>,
): AnyReading {
  return checked({ kind: 'reading', ...definition } as unknown as AnyReading)
}

/** Defines an action with effects; `<system>.<verb>`. Throws where a field is of no type of the language. */
export function defineAction<I extends z.ZodObject, O extends z.ZodObject>(
  definition: Omit<ActionDefinition<I, O>, 'kind'>,
): AnyAction {
  return checked({ kind: 'action', ...definition } as unknown as AnyAction)
}

/** A definition without a contract is a mistake of its author: it shows when the file is loaded. */
function checked<D extends AnyDefinition>(definition: D): D {
  contractOf(definition)
  return definition
}

/** Thrown by a reading that cannot say: the fact becomes unknown, for this reason. */
export class Unknown extends Error {
  override readonly name = 'Unknown'
  readonly reason: UnknownReason
  constructor(reason: UnknownReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Thrown by `perform` where the conditional write lost: nothing was changed (G7). */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  readonly found: JsonObject
  constructor(message: string, found: JsonObject) {
    super(message)
    this.found = found
  }
}

/** Thrown by `perform` where the target refused before changing anything; the effect certainly did not happen. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
