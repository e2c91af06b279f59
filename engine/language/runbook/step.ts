import type { ActionContract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Plan, StepPlan } from '../../../schemas/plan.ts'
import type { LoopItem, Use } from '../compile/bench.ts'
import type { Bound } from '../compile/bound.ts'
import type { Fields } from '../shape/fields.ts'
import type { Word } from '../shape/words.ts'

/** A step whose kind, names and results are known; `other` is one that could not be understood. */
export type StepDraft = {
  readonly id: Word
  readonly fields: Fields
  readonly span: Span
  readonly loop?: LoopDraft
  /** How it may end, `skipped` aside. */
  readonly results: readonly string[]
  /** With which results the run goes on where nothing is said. */
  readonly goesOn: readonly string[]
} & StepKind

/** What only steps of one kind have. */
export type StepKind =
  | { readonly kind: 'read' | 'approve' | 'other' }
  | { readonly kind: 'decide'; readonly cases: readonly string[] }
  | { readonly kind: 'do'; readonly contract: ActionContract; readonly actionSpan: Span }
  | { readonly kind: 'ask'; readonly options: readonly string[] }
  | { readonly kind: 'call'; readonly callee: Plan; readonly calleeSpan: Span }
  | { readonly kind: 'block'; readonly steps: readonly StepDraft[] }

/** `forEach: { item: list.path }`, before the type of the list is known. */
export interface LoopDraft {
  readonly item: Word
  readonly path: readonly string[]
  readonly pathSpan: Span
  readonly atOnce: number
}

/** A compiled step, with what the analysis of paths needs of it. */
export interface Step {
  readonly plan: StepPlan
  readonly span: Span
  readonly results: readonly string[]
  /** Where it is a loop: its item, and the list that must have a value when it begins. */
  readonly loop?: { readonly item: LoopItem; readonly list: Use }
  /** Steps of a block. */
  readonly steps: readonly Step[]
  /** What must have a value when the step begins; in a loop, when the step begins for an item. */
  readonly needs: readonly Use[]
  /** Facts that the step reads: at its beginning, or after its effect. */
  readonly reads: readonly Word[]
  /** What names the objects on which it holds leases: they must have a value when the step begins. */
  readonly holds?: readonly Use[]
  /** What must have a value when its expectation is judged, or when it is undone. */
  readonly expects: readonly Use[]
  readonly contract?: ActionContract
  /** Where its `with` names the expected value. */
  readonly premiseSpan?: Span
  readonly undo?: { readonly contract: ActionContract; readonly span: Span; readonly uses: readonly Use[] }
  readonly bounds: readonly Bound[]
  readonly whenSpan: Span
}

/** All steps in the order written, those of blocks behind their block. */
export function everyStep<S extends { readonly steps?: readonly S[] }>(steps: readonly S[]): S[] {
  return steps.flatMap((step) => [step, ...everyStep(step.steps ?? [])])
}

/** All drafts in the order written, those of blocks behind their block. */
export function everyDraft(drafts: readonly StepDraft[]): StepDraft[] {
  return drafts.flatMap((draft) => [draft, ...(draft.kind === 'block' ? everyDraft(draft.steps) : [])])
}

/** Does a run that stops with this result of this step stop by a case, for which the last outcome is meant? */
export function isCase({ kind }: Pick<StepPlan, 'kind'>, result: string): boolean {
  if (kind === 'decide') return true
  if (kind === 'ask') return result !== 'timed-out'
  return kind === 'call' && result !== 'denied' && result !== 'failed'
}
