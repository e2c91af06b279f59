import type { FactPlan, Predicate } from './plan.ts'
import type { ValueType } from './value-type.ts'

/** One "do not", as data. */
export interface RulePlan {
  readonly id: string
  readonly text: string
  readonly source: string
  readonly facts: Readonly<Record<string, FactPlan>>
  readonly checks: readonly CheckPlan[]
  /** Break-glass: where the predicate holds, a second person of this role may override it, with reason and expiry (G26). */
  readonly overridable: 'never' | { readonly when: Predicate; readonly who: string }
  /** The next safe step, printed with a denial. */
  readonly next: string
}

/** Each check is of one form; a claim is an effect, so form 5 is form 1 (G20). */
export type CheckPlan = RequireCheck | ForbidCheck | AfterCheck | OnlyFromCheck | DuringCheck | MustWithinCheck

/** A check for every item of a list: each has a verdict, and an override, of its own. (2) */
export interface Each {
  readonly item: string
  readonly list: readonly string[]
  readonly itemType: ValueType
}

/** Form 1, and form 5 where the effect is a claim. */
export interface RequireCheck {
  readonly form: 'require'
  readonly guards: readonly string[]
  readonly require: readonly Predicate[]
  readonly each?: Each
  /** Paths to ids, or to lists of objects with an `id`: the resources on which leases are held from before the facts to after the read-back (G3). (2) */
  readonly hold?: readonly (readonly string[])[]
}

/** Form 2: absent on all paths, and denied by the door in runs with `inRunsWith` (in every run where it is empty). */
export interface ForbidCheck {
  readonly form: 'forbid'
  readonly forbid: readonly string[]
  readonly inRunsWith: readonly string[]
}

/**
 * Form 3: each of `after` (effects or readings) has happened before, on the same subject: every target or input field of the
 * same name and type is equal. It was verified, and is not undone since; with `each`, for every item, whose `id` field is the subject. (2)
 */
export interface AfterCheck {
  readonly form: 'after'
  /** Effects, or readings (state before logs). */
  readonly guards: readonly string[]
  readonly after: readonly string[]
  readonly each?: Each
}

/** Form 4: these fields of the target, and every condition on the way, come from these readings and from nothing else. (2) */
export interface OnlyFromCheck {
  readonly form: 'only-from'
  readonly guards: readonly string[]
  readonly onlyFrom: readonly string[]
  readonly input: readonly string[]
}

/** Form 6: holds from a receipt of `from` until one of `to` with the same subject: at every effect and claim, and while the run waits. (2) */
export interface DuringCheck {
  readonly form: 'during'
  readonly from: string
  readonly to: string
  readonly require: readonly Predicate[]
}

/** Form 7: after `after`, `do` on the same subject within the bound; judged at the claims of success. (2) */
export interface MustWithinCheck {
  readonly form: 'must-within'
  readonly after: string
  readonly do: string
  readonly withinMs: number
  /** The policy value that the bound is. */
  readonly within: string
}
