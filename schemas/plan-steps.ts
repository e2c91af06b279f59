import type { Operand, Operands, Place, Predicate } from './plan.ts'
import type { ValueType } from './value-type.ts'

/** A conjunction: each named step ended with one of these results. */
export type Condition = readonly { readonly step: string; readonly results: readonly string[] }[]

interface CommonStep {
  readonly id: string
  readonly place: Place
  readonly when: Condition
  /** Every result with which the run goes on after this step; any other stops it. */
  readonly continueOn: readonly string[]
  /** Carried out once for each item of a list, which is taken once. (2) */
  readonly forEach?: ForEach
}

/**
 * One step of a Plan. Where a step, or a block around it, has `forEach`, and where a runbook is called, it is carried out several
 * times: each instance has an id of its own, which names the activity and the evidence. It is the step's id, with the index of the
 * item behind it (`failClosed.2`; in a block in a block `failClosed.2.0`); behind the calling step in a callee
 * (`drain.cordon`, `drain.3.cordon`), and with `-undo` where the step is undone (`cordon-undo`).
 */
export type StepPlan = ReadStep | DecideStep | DoStep | ApproveStep | AskStep | CallStep | BlockStep

/** `item` is a variable inside the step; `list` a path to a list of a fact or of a step's output. */
export interface ForEach {
  readonly item: string
  readonly list: readonly string[]
  readonly itemType: ValueType
  /** So many items at a time; 1 is one after another. */
  readonly atOnce: number
}

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
  readonly premise?: Premise
  readonly expect?: Expectation
  /** What stays behind when the run stops, and is safe; absent means that it is not. */
  readonly leaves?: string
  /** Paths to ids, or to objects with an `id`: leases on these are held like those that rules name (G3). They are over what the step
   *  sees before its effect. (2) */
  readonly hold?: readonly (readonly string[])[]
  /** Carried out through the door where the run stops after this step was done (G24). (2) */
  readonly undo?: UndoPlan
}

/**
 * Where an expected value comes from: `fact` is the runbook's fact, or the loop item or step output, that the input names;
 * `field` the field of the contract's reading that must still be equal at the effect.
 */
export interface Premise {
  readonly input: string
  readonly fact: string
  readonly field: string
  readonly backTo?: string
}

/** What takes a step back. In `with`, the step's own id is its own output, and the loop item that of its instance. */
export interface UndoPlan {
  readonly action: string
  readonly with: Operands
}

/** Waits for people. `who`: one person of each role. */
export interface ApproveStep extends CommonStep {
  readonly kind: 'approve'
  readonly text: Operand
  readonly who: readonly string[]
  readonly show: readonly string[]
  readonly withinMs: number
}

/** Asks people to choose. Each option declares the effects that it asks them for, and these pass the rules (G22). (2) */
export interface AskStep extends CommonStep {
  readonly kind: 'ask'
  readonly text: Operand
  readonly who: readonly string[]
  readonly show: readonly string[]
  readonly withinMs: number
  readonly choices: readonly {
    readonly name: string
    /** Effects that a person will cause, each with its target filled. */
    readonly effects: readonly { readonly effect: string; readonly target: Operands }[]
  }[]
}

/** Carries out another runbook within this run: its steps, evidence and leases are this run's. (2) */
export interface CallStep extends CommonStep {
  readonly kind: 'call'
  /** Its Plan is in `callees`. */
  readonly runbook: string
  readonly with: Operands
}

/** Steps that belong together, with `forEach` once for each item. (2) */
export interface BlockStep extends CommonStep {
  readonly kind: 'block'
  readonly steps: readonly StepPlan[]
}

/** Reads `facts` again every `everyMs` until the predicate has held for `holdsForMs`, or `withinMs` is over. */
export interface Expectation {
  readonly facts: readonly string[]
  readonly predicate: Predicate
  readonly withinMs: number
  readonly holdsForMs: number
  readonly everyMs: number
}
