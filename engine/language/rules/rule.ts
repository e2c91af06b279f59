import type { Span } from '../../../schemas/diagnostic.ts'
import type { RulePlan } from '../../../schemas/plan.ts'

/** A rule with its place. */
export interface Rule {
  readonly plan: RulePlan
  readonly span: Span
  /** Policy values that its predicates use. */
  readonly policy: ReadonlySet<string>
  /** A mistake in its checks is told: nobody can tell what it guards. */
  readonly unclear: boolean
}
