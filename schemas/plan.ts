import type { Contract } from './contract.ts'
import type { Json } from './json.ts'
import type { ValueType } from './value-type.ts'

/**
 * A compiled runbook: fully resolved, frozen, canonical JSON with a SHA-256 digest; without inputs.
 * People approve a Plan, never a file. The interpreter decodes every `planVersion` that it ever accepted, and a worker refuses
 * one that it does not know: whatever a Plan may newly say, such as a further form of rule, comes with a new version.
 */
export interface Plan {
  readonly planVersion: 1
  readonly runbook: {
    readonly id: string
    readonly title: string
    readonly source: string
    readonly owner: string
    readonly goal: string
    /** SHA-256 of the file's bytes. */
    readonly file: { readonly name: string; readonly digest: string }
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
}

/** An input of the run. One without `default` is required. */
export interface InputPlan {
  readonly type: ValueType
  readonly default?: Json
  readonly text?: string
}

/** How an alert starts a run; labels reach inputs by this mapping alone (G36). */
export interface TriggerPlan {
  readonly alerts: readonly string[]
  /** Input name → label name. */
  readonly map: Readonly<Record<string, string>>
  readonly mode: 'observe' | 'propose' | 'act'
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
}

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

/** A conjunction: each named step ended with one of these results. */
export type Condition = readonly { readonly step: string; readonly results: readonly string[] }[]

interface CommonStep {
  readonly id: string
  readonly place: Place
  readonly when: Condition
  /** Every result with which the run goes on after this step; any other stops it. */
  readonly continueOn: readonly string[]
}

export type StepPlan = ReadStep | DecideStep | DoStep | ApproveStep

/** Reads facts, side by side where they do not depend on each other; with `expect`, again until it holds. */
export interface ReadStep extends CommonStep {
  readonly kind: 'read'
  readonly facts: readonly string[]
  readonly expect?: Expectation
}

/** Judges facts: the one place where they are judged. */
export interface DecideStep extends CommonStep {
  readonly kind: 'decide'
  readonly cases: readonly { readonly name: string; readonly predicate: Predicate }[]
  readonly otherwise?: string
  readonly pick: 'one' | 'first'
}

/** Carries out an action, through the door where it has effects. */
export interface DoStep extends CommonStep {
  readonly kind: 'do'
  readonly action: string
  readonly with: Operands
  /** The reading on which the conditional write rests: a conflict goes back to step `backTo` (G7);
   *  without one, it stops the run. */
  readonly premise?: { readonly input: string; readonly fact: string; readonly field: string; readonly backTo?: string }
  readonly expect?: Expectation
  /** What stays behind when the run stops, and is safe; absent means that it is not. */
  readonly leaves?: string
}

/** Waits for people. `who`: one person of each role. */
export interface ApproveStep extends CommonStep {
  readonly kind: 'approve'
  readonly text: Operand
  readonly who: readonly string[]
  readonly show: readonly string[]
  readonly withinMs: number
}

/** Reads `facts` again every `everyMs` until the predicate has held for `holdsForMs`, or `withinMs` is over. */
export interface Expectation {
  readonly facts: readonly string[]
  readonly predicate: Predicate
  readonly withinMs: number
  readonly holdsForMs: number
  readonly everyMs: number
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

/** One "do not", as data. */
export interface RulePlan {
  readonly id: string
  readonly text: string
  readonly source: string
  readonly facts: Readonly<Record<string, FactPlan>>
  readonly checks: readonly CheckPlan[]
  readonly overridable: 'never'
  /** The next safe step, printed with a denial. */
  readonly next: string
}

export type CheckPlan = RequireCheck | ForbidCheck

/** Form 1, and form 5 where the effect is a claim. */
export interface RequireCheck {
  readonly form: 'require'
  readonly guards: readonly string[]
  readonly require: readonly Predicate[]
}

/** Form 2: absent on all paths, and denied by the door in runs with `inRunsWith` (in every run where it is empty). */
export interface ForbidCheck {
  readonly form: 'forbid'
  readonly forbid: readonly string[]
  readonly inRunsWith: readonly string[]
}
