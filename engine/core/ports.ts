import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type {
  AttestedFact,
  ClaimResult,
  EffectResult,
  Grounds,
  OptionsVerdict,
  SignedVote,
  VoteVerdict,
  Waiting,
  WatchVerdict,
} from '../../schemas/run.ts'
import type { Completed } from './run.ts'

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
  /** The question that an earlier execution of this run has asked, and that is still open; nobody is asked anew. */
  askedBefore?(question: Pick<Question, 'step' | 'time'>): Poll
  /** Judges the effects that the options of a question ask people for, before anybody is asked (G22). */
  options(request: OptionsCall): Promise<OptionsVerdict>
  /** Looks at the rules that must hold while the run waits (form 6). */
  watch(request: WatchCall): Promise<WatchVerdict>
  /**
   * Comes before each step: answers when the step may start, or says that the run goes on in another execution.
   * Without it, every step starts at once.
   */
  pace?(): Promise<'go' | 'elsewhere'>
  /**
   * Comes before each step is taken back, and answers at once: that it may be; that the run goes on in another execution, where it
   * can; or that there is no room left for it. Without it, every step is taken back where the run is.
   */
  undoPace?(canMove: boolean): 'go' | 'elsewhere' | 'full'
  /** Steps that were done in an earlier execution of this run; asked for when the run stops and they are taken back. */
  recall?(execution: number): Promise<readonly Completed[]>
  /** Whether this run goes by a change that came to the interpreter later; one that was under way before does not. Without it, it does. */
  knows?(change: string): boolean
  readonly clock: Clock
}

/** The run's own clock: durable, and the same on every replay. */
export interface Clock {
  nowMs(): number
  /** Sleeps for that long; news that bear on the wait may end it earlier. Throws `Elsewhere` where the run moves before or meanwhile. */
  sleep(ms: number, summary: string): Promise<void>
}

export interface ReadCall {
  /** The instance of the step. */
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
  /** The step is taken back: this is carried out also in a run that was cancelled. */
  readonly undo?: true
}

export interface ClaimCall {
  /** Of a callee, behind the calling instance: `drain.3.drained`. */
  readonly outcome: string
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
  readonly grounds: Grounds
}

export interface OptionsCall {
  readonly step: string
  readonly grounds: Grounds
  readonly options: readonly {
    readonly name: string
    readonly effects: readonly { readonly effect: string; readonly target: JsonObject }[]
  }[]
}

export interface WatchCall {
  readonly step: string
  readonly activity: string
}

export interface Question {
  /** The instance of the step. */
  readonly step: string
  /** How often this step has asked in this run: an answer to an earlier question never counts for a later one. */
  readonly time: number
  readonly text: string
  /** A role that is named twice needs two people. */
  readonly who: readonly string[]
  readonly facts: Readonly<Record<string, FactRecord>>
  readonly withinMs: number
  /** When it is over, by the run's clock. */
  readonly until: number
  /** Absent: `approve`. */
  readonly kind?: NonNullable<Waiting['kind']>
  readonly choices?: NonNullable<Waiting['choices']>
  readonly overridable?: NonNullable<Waiting['overridable']>
}

/** A vote, and whether the host counts it. */
export interface Answer {
  readonly vote: SignedVote
  readonly verdict: VoteVerdict
  /** The digest of its record, where there is one. */
  readonly record?: string
}

/** An open question. */
export interface Poll {
  readonly factsDigest: string
  /**
   * The next vote with its verdict; undefined once the question's time, or the time given here, is over. Throws `Elsewhere` where
   * there is none, and the run moves before or meanwhile: the question stays open.
   */
  next(withinMs?: number): Promise<Answer | undefined>
  close(): void
}

/** Thrown by every port once the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** Thrown where the run goes on in another execution: at a step's boundary, and where a step waits. */
export class Elsewhere extends Error {
  override readonly name = 'Elsewhere'
}
