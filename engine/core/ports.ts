import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { AttestedFact, ClaimResult, EffectResult, Grounds, SignedVote, VoteVerdict } from '../../schemas/run.ts'

/** The seam between the interpreter and whatever carries it; it knows nothing of Temporal. */
export interface Ports {
  /** Takes one reading; a reading that fails is an unknown fact, never a rejection. */
  read(request: ReadCall): Promise<AttestedFact>
  /** Carries out an action with effects, through the door. */
  perform(request: PerformCall): Promise<EffectResult>
  /** Says an outcome's claims, through the door. */
  claim(request: ClaimCall): Promise<ClaimResult>
  /** Opens a question to people, and answers with their votes, checked, until it is closed. */
  ask(question: Question): Promise<Poll>
  readonly clock: Clock
}

/** The run's own clock: durable, and the same on every replay. */
export interface Clock {
  nowMs(): number
  sleep(ms: number, summary: string): Promise<void>
}

export interface ReadCall {
  readonly step: string
  readonly fact: string
  readonly action: string
  readonly activity: string
  readonly input: JsonObject
}

export interface PerformCall {
  readonly step: string
  readonly action: string
  readonly activity: string
  readonly round: number
  readonly input: JsonObject
  readonly grounds: Grounds
}

export interface ClaimCall {
  readonly outcome: string
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
}

export interface Question {
  readonly step: string
  /** How often this step has asked in this run: an answer to an earlier question never counts for a later one. */
  readonly time: number
  readonly text: string
  readonly who: readonly string[]
  readonly facts: Readonly<Record<string, FactRecord>>
  readonly withinMs: number
}

/** An open question. */
export interface Poll {
  readonly factsDigest: string
  /** The next vote with its verdict; undefined once the time is over. */
  next(): Promise<{ readonly vote: SignedVote; readonly verdict: VoteVerdict } | undefined>
  close(): void
}

/** Thrown by every port once the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}
