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
}

/**
 * Something that happens on the lab, or the value that a fact has. A text `{{fact.field}}` in `with` stands for what the run
 * itself has read: artifacts and the like have no name before it runs.
 */
export type Circumstance =
  { readonly lab: string; readonly with: JsonObject } | { readonly fact: string; readonly value: JsonObject }

/**
 * A circumstance between two moments of the run. `before` a step: after the last step above it has ended, and before the
 * step's own effect is judged at the door.
 */
export type Incident = Circumstance & { readonly at: { readonly moment: 'before' | 'after'; readonly step: string } }

/** What must come out. */
export interface Expected {
  /** One of the runbook's outcomes, or a way in which the engine ends a run. */
  readonly outcome: string
  /** Step → how it ended. */
  readonly steps: Readonly<Record<string, string>>
  /** The rule that denied. */
  readonly deniedBy?: string
  /** Effects of which there is no receipt at the end. */
  readonly never: readonly string[]
  /** Roles that were told. */
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
