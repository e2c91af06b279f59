import type { ActionContract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { StepPlan } from '../../../schemas/plan.ts'
import type { Bound } from '../compile/bound.ts'
import type { Use } from '../compile/bench.ts'
import type { Fields } from '../shape/fields.ts'
import type { Word } from '../shape/words.ts'

/** A step whose kind, names and results are known; `other` is one that this version does not understand. */
export type StepDraft = {
  readonly id: Word
  readonly fields: Fields
  readonly span: Span
  /** How it may end, `skipped` aside. */
  readonly results: readonly string[]
  /** With which results the run goes on where nothing is said. */
  readonly goesOn: readonly string[]
} & (
  | { readonly kind: 'read' | 'approve' | 'other' }
  | { readonly kind: 'decide'; readonly cases: readonly string[] }
  | { readonly kind: 'do'; readonly contract: ActionContract; readonly actionSpan: Span }
)

/** A compiled step, with what the analysis of paths needs of it. */
export interface Step {
  readonly plan: StepPlan
  readonly span: Span
  readonly results: readonly string[]
  /** What must have a value when the step begins. */
  readonly needs: readonly Use[]
  /** Facts that the step reads: at its beginning, or after its effect. */
  readonly reads: readonly Word[]
  /** What must have a value when its expectation is judged. */
  readonly expects: readonly Use[]
  readonly contract?: ActionContract
  /** Where its `with` names the expected value. */
  readonly premiseSpan?: Span
  readonly bounds: readonly Bound[]
  readonly whenSpan: Span
}
