import type { Span } from './diagnostic.ts'
import type { UnknownReason } from './fact.ts'
import type { JsonObject } from './json.ts'
import type { Place } from './plan.ts'

/**
 * One situation in which a runbook is tried, on the lab or on recorded facts (language.md 12).
 * It lies beside the runbooks, and its shape is checked like theirs.
 */
export interface Scenario {
  readonly id: string
  readonly runbook: string
  readonly against: 'lab' | 'facts'
  readonly inputs: JsonObject
  /** What is so before the run begins. */
  readonly given: readonly Circumstance[]
  /** What happens while it runs. */
  readonly during: readonly Incident[]
  /** Step → what people answer there. */
  readonly answers: Readonly<Record<string, string>>
  readonly expect: Expected
  readonly twin?: Twin
  readonly place: Place
  /** Where it says what it expects: `outcome`, `steps.<id>`, `deniedBy`, `never.<effect>`, `claims.<effect>`, `told`, `during.<n>`, `twin`; `scenario` is its id. */
  readonly spans: Readonly<Record<string, Span>>
}

/**
 * Something that happens on the lab, or what is recorded: a file of recorded facts, and changes to it. A text `{{fact.field}}` in
 * the `with` of a lab's happening stands for what the run itself has read: artifacts and the like have no name before it runs.
 */
export type Circumstance = LabHappening | { readonly recorded: string } | ReadingChange | ActionChange

export interface LabHappening {
  readonly lab: string
  readonly with: JsonObject
}

/** What a reading says from now on, for all inputs in which these are contained. */
export interface ReadingChange {
  readonly reading: string
  readonly with: JsonObject
  readonly change: ReadingPatch
}

/** A JSON merge patch on the recorded value, or why there is none; what is left out stays as it was. */
export interface ReadingPatch {
  readonly value?: JsonObject
  readonly unknown?: UnknownReason
  readonly complete?: boolean
  readonly ageMs?: number
  readonly roundTrip?: boolean
}

/** What an action does from now on. */
export interface ActionChange {
  readonly action: string
  readonly change: ActionPatch
}

/** `{{name}}` as a whole text in `output` and `then` is the action's own input of that name. */
export interface ActionPatch {
  readonly output?: JsonObject
  /** What readings say after it. */
  readonly then?: readonly ReadingChange[]
  /** The target refuses, with this message. */
  readonly fails?: string
}

/**
 * A circumstance between two moments of the run, or time that passes there. `before` a step: after the last step above it has
 * ended, and before the step's own effect is judged at the door.
 */
export type Incident = (Circumstance | { readonly passesMs: number }) & {
  readonly at: { readonly moment: 'before' | 'after'; readonly step: string }
}

/** What must come out. */
export interface Expected {
  /** One of the runbook's outcomes, or a way in which the engine ends a run. */
  readonly outcome: string
  /** Step → how it ended. */
  readonly steps: Readonly<Record<string, string>>
  /** The rule that denied; absent: no rule ended the run. */
  readonly deniedBy?: string
  /** Effects of which there is no receipt at the end. */
  readonly never: readonly string[]
  /** Claims that were said. */
  readonly claims?: readonly string[]
  /** Roles that were told; a rehearsal looks only where the scenario says it (`spans.told`). */
  readonly told: readonly string[]
}

/**
 * The naive twin (G23): the same scenario with a runbook that is edited as somebody in a hurry would edit it. With the
 * rule it is denied; without it, it does the harm.
 */
export interface Twin {
  /** The rule that is taken away. */
  readonly without: string
  /** Effects of which there is then a receipt: the harm. */
  readonly harm: readonly string[]
  readonly edit: readonly TwinEdit[]
}

/** A change to the runbook's text: `set` replaces keys of a step; a step that is not there yet is put behind `after`. */
export interface TwinEdit {
  readonly step: string
  /** As YAML data; a key with the value `null` is removed. */
  readonly set: JsonObject
  readonly after?: string
}

/**
 * What readings said and what actions did, once, with names as the contracts have them: the world of scenarios on recorded facts.
 * Every value is one that the contract allows.
 */
export interface Recorded {
  readonly id: string
  readonly readings: readonly ReadingChange[]
  readonly actions: readonly ActionChange[]
  readonly place: Place
}
