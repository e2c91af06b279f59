import type { Contract } from '../../../schemas/contract.ts'
import type { EffectReceipt, Verdict } from '../../../schemas/door.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { FactPlan, Plan, PolicyValue, RulePlan } from '../../../schemas/plan.ts'
import type { Scope } from '../scope.ts'
import type { Effects } from './effects.ts'

/** An effect about to happen, with the typed subject and the values that are written. */
export interface GuardedEffect {
  readonly effect: string
  readonly target: JsonObject
}

/** A rule with the policy values that it was compiled with: those of the Plan, or those of the worker's own catalogue. */
export interface BoundRule {
  readonly rule: RulePlan
  readonly policy: Readonly<Record<string, PolicyValue>>
}

/** What rules may know of the run: receipts, and what the Plan can still reach. */
export interface RunSoFar {
  readonly id: string
  /** The objects that its inputs name, as `type/id` (`subjectsOfInputs`). */
  readonly subjects: readonly string[]
  /** The run's own receipts, in order (G15); absent where they cannot be read. */
  readonly effects?: readonly EffectReceipt[]
  /** Effects that the Plan can reach on some path. */
  readonly reachable: readonly string[]
  /** RFC 3339, the clock of the receipts. */
  readonly now: string
}

/** Everything that a rule is judged on. */
export interface Seen {
  readonly run: RunSoFar
  readonly effects: Effects
  /** Contracts by name: rules of form 3 compare the inputs of readings. */
  readonly contracts: Readonly<Record<string, Contract>>
  /** Says why a record that was read is still not to be trusted. */
  readonly doubt: NonNullable<Scope['doubt']>
  /** Takes a reading for a rule. A reading that fails is an unknown fact, never a rejection. */
  read(name: string, fact: FactPlan, input: JsonObject): Promise<FactRecord>
  /** Readings that this run has taken before, each proven to be one; absent where nobody can say. */
  readonly taken?: readonly FactRecord[]
  /** Which step or outcome of which Plan is about to act (`siteOf`): rules of form 4 follow where its values come from. */
  readonly way?: { readonly plan: Plan; readonly at: string }
}

/** A verdict; where it is not true and may be overridden now, by whom. */
export interface JudgedVerdict extends Verdict {
  readonly overridableBy?: string
}
