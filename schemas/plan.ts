import type { Contract } from './contract.ts'
import type { Json } from './json.ts'
import type { RulePlan } from './plan-rules.ts'
import type { Condition, StepPlan } from './plan-steps.ts'
import type { ValueType } from './value-type.ts'

export type * from './plan-rules.ts'
export type * from './plan-steps.ts'

/**
 * A compiled runbook: fully resolved, frozen, canonical JSON with a SHA-256 digest; without inputs.
 * People approve a Plan, never a file. The interpreter decodes every `planVersion` that it ever accepted, and a worker refuses
 * one that it does not know: whatever a Plan may newly say, such as a further form of rule, comes with a new version.
 */
export interface Plan {
  /** 1: the first form. 2: everything that is marked so here; whatever is absent means what it meant in 1. */
  readonly planVersion: 1 | 2
  readonly runbook: {
    readonly id: string
    readonly title: string
    readonly source: string
    readonly owner: string
    readonly goal: string
    /** SHA-256 of the file's bytes. */
    readonly file: { readonly name: string; readonly digest: string }
    /** The day on which somebody has last looked whether it is still right, such as `2026-08-21`. (2) */
    readonly lastReviewed?: string
    /** Topologies on which the runbook may run; absent: any. (2) */
    readonly topology?: readonly string[]
    /** What the runbook's page says, section by section. (2) */
    readonly sections?: Readonly<Record<string, SectionPlan>>
  }
  readonly catalogueDigest: string
  /** `@marcbachmann/cel-js@8.0.0` */
  readonly cel: string
  readonly inputs: Readonly<Record<string, InputPlan>>
  readonly coalesce: readonly string[]
  readonly triggers: readonly TriggerPlan[]
  /** Only the values that this Plan uses. */
  readonly policy: Readonly<Record<string, PolicyValue>>
  readonly facts: Readonly<Record<string, FactPlan>>
  readonly steps: readonly StepPlan[]
  readonly outcomes: readonly OutcomePlan[]
  /** Rules cited by `doNot`, and every rule that guards an effect that this Plan can reach. */
  readonly doNot: readonly string[]
  readonly rules: readonly RulePlan[]
  /** Contracts of every action and reading named in steps, facts and rules, by name. */
  readonly contracts: Readonly<Record<string, Contract>>
  /** The effects that this Plan can reach, with everything above them, by name. */
  readonly effects: Readonly<Record<string, EffectPlan>>
  /** How often a conflict may send the run back to its readings (policy `conflictRounds`). */
  readonly conflictRounds: number
  /** How long an unknown rule is read again before it denies (policy `unknownFor`). */
  readonly unknownForMs: number
  /** Claims that may be called a success: claims of the runbook's goal. */
  readonly goalClaims: readonly string[]
  /** What a caller gets, by name. (2) */
  readonly outputs?: Readonly<Record<string, OutputPlan>>
  /** Plans of the runbooks that this one calls, by id; each is called with its own names. Calls are never circular. (2) */
  readonly callees?: Readonly<Record<string, Plan>>
  /** Which check of which rule binds to which step or claim, and what of it the compiler has settled. (2) */
  readonly bindings?: readonly Binding[]
}

/** A section of the runbook's page: text with paths, or why there is none. */
export type SectionPlan = { readonly text: Operand } | { readonly notApplicable: string }

/** A value for the caller. */
export interface OutputPlan {
  readonly type: ValueType
  readonly from: Operand
}

/** One check of a rule at one step, claim or reading of this Plan (G20). */
export interface Binding {
  readonly rule: string
  /** Index of the check in the rule. */
  readonly check: number
  /** The step's id (of a callee: `call.step`; of an undo: `step-undo`), or `outcome:<name>` for a claim. */
  readonly at: string
  /** The effect, or the reading, that is guarded there. */
  readonly guarded: string
  /** `settled`: true on all paths by the compiler; `run-time`: judged by the door as well. */
  readonly verdict: 'settled' | 'run-time'
  /** C compile, A at the effect, D during, X at the claim. */
  readonly moments: readonly ('C' | 'A' | 'D' | 'X')[]
}

/** An input of the run. One without `default` is required. */
export interface InputPlan {
  readonly type: ValueType
  readonly default?: Json
  readonly text?: string
}

/** What starts a run beside a person or another runbook. */
export type TriggerPlan = AlertTrigger | ScheduleTrigger

/** observe: judges, and leaves signed evidence; propose: waits for a person before the first effect; act: acts (G39). */
export type TriggerMode = 'observe' | 'propose' | 'act'

/** How an alert starts a run; labels reach inputs by this mapping alone (G36). */
export interface AlertTrigger {
  readonly kind: 'alert'
  readonly alerts: readonly string[]
  /** Input name → label name. */
  readonly map: Readonly<Record<string, string>>
  readonly mode: TriggerMode
  /** After the end of a run of this key, this trigger starts none for so long. */
  readonly coolDownMs?: number
}

/** Starts a run for each item of a reading, at the times of a cron line (UTC). */
export interface ScheduleTrigger {
  readonly kind: 'schedule'
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** The reading without inputs, and its field that is the list. */
  readonly from: { readonly action: string; readonly list: string }
  /** Input name → field of the item. */
  readonly map: Readonly<Record<string, string>>
  readonly mode: TriggerMode
  readonly coolDownMs?: number
}

/** A number that tips a decision, with its unit and the source that justifies it. */
export interface PolicyValue {
  readonly type: ValueType
  readonly value: Json
  readonly unit: string
  readonly source: string
}

/** An effect of the closed vocabulary; a rule on a parent guards everything below it. */
export interface EffectPlan {
  readonly under?: string
  /** All target fields, those of the parents included. */
  readonly target: Readonly<Record<string, ValueType>>
  /** Protective effects are allowed while the change window is closed. */
  readonly protective: boolean
  /** How much of the world it may touch; absent: `installation`. Each radius has a task queue of its own. (2) */
  readonly radius?: BlastRadius
}

/** From the smallest to the largest. */
export type BlastRadius = 'object' | 'app' | 'host' | 'environment' | 'installation'

/** Where a value comes from: a path from a root (`inputs`, `policy`, `run`, `target`, a fact, a step), a literal, or text with paths. */
export type Operand =
  | { readonly path: readonly string[] }
  | { readonly literal: Json }
  | { readonly text: readonly (string | { readonly path: readonly string[] })[] }

export type Operands = Readonly<Record<string, Operand>>

/** A fact: one reading, with its inputs resolved. */
export interface FactPlan {
  readonly action: string
  readonly with: Operands
  readonly result: ValueType
  /** `allow`: an empty list is a value. Otherwise an empty list is unknown (G12). */
  readonly ifEmpty: 'allow' | 'unknown'
  /** For rules: 0 means read in this pass of the door. */
  readonly maxAgeMs: number
  /** Other facts whose values its inputs name; these are read first. */
  readonly after: readonly string[]
}

/** A CEL predicate, with the paths that it uses: they are validated before it is evaluated (G10). */
export interface Predicate {
  readonly cel: string
  /** Paths by root, e.g. `["edges","items"]`, `["owner","epoch"]`, `["policy","errorStop"]`. */
  readonly uses: readonly (readonly string[])[]
  readonly place: Place
}

/** Where something stands in its file, for people. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly col: number
}

/** How a run may end, in a runbook's own words. */
export interface OutcomePlan {
  readonly name: string
  readonly as: OutcomeKind
  /** Empty for the last one, which needs no condition. */
  readonly when: Condition
  /** Claims beyond `claim.<as>`, each with its target filled. */
  readonly claims: readonly { readonly effect: string; readonly target: Operands }[]
  readonly tell: readonly string[]
  readonly say?: Operand
}

/** The closed set of ways in which a run ends (requirements 3.5), with hyphens. */
export type OutcomeKind =
  | 'succeeded'
  | 'succeeded-with-exception'
  | 'blocked'
  | 'aborted'
  | 'failed-safe'
  | 'failed-unsafe'
  | 'escalated'
  | 'platform-defect'
  | 'deadline-enforced'
  | 'deferred'
  | 'refused'

/** What counts as a success, with an exception or without: it says what it claims (G21), and nothing has stopped the run. */
export const SUCCESSES: readonly OutcomeKind[] = ['succeeded', 'succeeded-with-exception']
