import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type {
  CheckPlan,
  EffectPlan,
  FactPlan,
  ForbidCheck,
  Plan,
  PolicyValue,
  RequireCheck,
  RulePlan,
} from '../../schemas/plan.ts'
import type { Denial, Verdict } from '../../schemas/run.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { judge } from './judge.ts'
import type { Scope } from './scope.ts'
import { RUN_TYPE } from './variables.ts'

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
  /** Effects of the run's own receipts, in order (G15); absent where the receipts cannot be read. */
  readonly effects?: readonly string[]
  /** Effects that the Plan can reach on some path. */
  readonly reachable: readonly string[]
}

type Effects = Readonly<Record<string, EffectPlan>>

/** The effect itself and everything above it: a rule on a parent guards all below (G18). */
export function lineage(effect: string, effects: Effects): string[] {
  const above = parentOf(effect, effects)
  return above === undefined ? [effect] : [effect, ...lineage(above, effects)]
}

/** Every outcome makes a claim, also those that the effects file does not name. An unknown effect has no rules: it is refused. */
function parentOf(effect: string, effects: Effects): string | undefined {
  if (Object.hasOwn(effects, effect)) return effects[effect]?.under
  if (effect.startsWith('claim.')) return 'claim'
  if (effect === 'claim') return undefined
  throw new Error(`there is no effect \`${effect}\``)
}

/** What expressions see as `run`: each receipt counts for its effect, and for every effect above it. */
export function runValue(id: string, receipts: readonly string[] | undefined, effects: Effects): JsonObject {
  if (receipts === undefined) return { id }
  return { id, effects: receipts.flatMap((effect) => lineage(effect, effects)) }
}

/** Does this rule say anything about this effect? */
export function concerns(rule: RulePlan, effect: string, effects: Effects): boolean {
  const line = lineage(effect, effects)
  return rule.checks.some((check) => guardedBy(check).some((guarded) => line.includes(guarded)))
}

function guardedBy(check: CheckPlan): readonly string[] {
  return check.form === 'require' ? check.guards : [...check.forbid, ...check.inRunsWith]
}

/** All verdicts of one rule on one effect, on facts that were read for it. */
export function judgeRule(
  bound: BoundRule,
  guarded: GuardedEffect,
  seen: {
    records: Readonly<Record<string, FactRecord>>
    run: RunSoFar
    effects: Effects
    doubt: NonNullable<Scope['doubt']>
  },
): Verdict[] {
  const line = lineage(guarded.effect, seen.effects)
  const scope = { ...ruleScope(bound, guarded, seen), doubt: seen.doubt }
  return bound.rule.checks.flatMap((check) =>
    check.form === 'require'
      ? judgeRequire(bound.rule, check, { guarded, line, scope })
      : judgeForbid(bound.rule, check, { guarded, line, ...seen }),
  )
}

function judgeRequire(
  rule: RulePlan,
  check: RequireCheck,
  at: { guarded: GuardedEffect; line: readonly string[]; scope: Scope },
): Verdict[] {
  if (!check.guards.some((effect) => at.line.includes(effect))) return []
  return check.require.map((predicate) => ({
    rule: rule.id,
    predicate: predicate.cel,
    effect: at.guarded.effect,
    ...judge(predicate, at.scope),
    place: predicate.place,
  }))
}

/** Form 2 binds both ways: the forbidden effect, and the effect beside which it is forbidden. */
function judgeForbid(
  rule: RulePlan,
  check: ForbidCheck,
  at: { guarded: GuardedEffect; line: readonly string[]; run: RunSoFar; effects: Effects },
): Verdict[] {
  const meets = (names: readonly string[], effect: string) =>
    lineage(effect, at.effects).some((name) => names.includes(name))
  const { effect } = at.guarded
  const { effects: done = [] } = at.run
  const beside = [...done, ...at.run.reachable].find((other) => meets(check.inRunsWith, other))
  if (meets(check.forbid, effect) && (check.inRunsWith.length === 0 || beside !== undefined))
    return [forbidden(rule, effect, beside)]
  const before = done.find((other) => meets(check.forbid, other))
  if (meets(check.inRunsWith, effect) && before !== undefined) return [forbidden(rule, effect, before)]
  const concerned = meets(check.forbid, effect) || meets(check.inRunsWith, effect)
  return concerned && at.run.effects === undefined ? [undecided(rule, effect)] : []
}

function forbidden(rule: RulePlan, effect: string, beside: string | undefined): Verdict {
  const predicate = beside === undefined ? `forbid ${effect}` : `forbid ${effect} in a run with ${beside}`
  return { rule: rule.id, predicate, effect, says: 'false', observed: {} }
}

function undecided(rule: RulePlan, effect: string): Verdict {
  const observed = { 'run.effects': { unknown: 'the receipts of this run cannot be read' } }
  return { rule: rule.id, predicate: `forbid ${effect}`, effect, says: 'unknown', observed }
}

/** What a rule's expressions can name: target, run, policy and the rule's own facts. */
export function ruleScope(
  { rule, policy }: BoundRule,
  guarded: GuardedEffect,
  seen: { records: Readonly<Record<string, FactRecord>>; run: RunSoFar; effects: Effects },
): Scope {
  const values = Object.entries(policy)
  return {
    types: {
      target: { kind: 'object', fields: seen.effects[guarded.effect]?.target ?? {} },
      run: RUN_TYPE,
      policy: { kind: 'object', fields: Object.fromEntries(values.map(([name, { type }]) => [name, type])) },
      ...factTypes(rule.facts),
    },
    values: {
      target: guarded.target,
      run: runValue(seen.run.id, seen.run.effects, seen.effects),
      policy: Object.fromEntries(values.map(([name, { value }]) => [name, value])),
    },
    facts: rule.facts,
    records: seen.records,
  }
}

function factTypes(facts: Readonly<Record<string, FactPlan>>): Record<string, ValueType> {
  return Object.fromEntries(Object.entries(facts).map(([name, { result }]) => [name, result]))
}

/** The denial that follows from verdicts, or undefined where all of them are true. False outweighs unknown. */
export function denialOf(verdicts: readonly Verdict[], rules: readonly RulePlan[]): Denial | undefined {
  const telling = verdicts.find(({ says }) => says === 'false') ?? verdicts.find(({ says }) => says === 'unknown')
  if (telling === undefined) return undefined
  const rule = rules.find(({ id }) => id === telling.rule)
  const unknown = telling.says === 'unknown'
  return {
    by: 'rule',
    rule: telling.rule,
    unknown,
    message: `${unknown ? 'cannot tell' : 'denied'}: ${rule?.text ?? telling.rule} (${telling.rule}: ${telling.predicate})`,
    verdicts,
    next: rule?.next ?? '',
  }
}

/** Every effect that some step or claim of the Plan can cause. */
export function reachableEffects(plan: Plan): string[] {
  const ofSteps = plan.steps.flatMap((step) => (step.kind === 'do' ? effectsOf(plan, step.action) : []))
  const ofClaims = plan.outcomes.flatMap(({ as, claims }) => [`claim.${as}`, ...claims.map(({ effect }) => effect)])
  return [...new Set([...ofSteps, ...ofClaims])]
}

function effectsOf(plan: Plan, action: string): string[] {
  const contract = plan.contracts[action]
  return contract?.kind === 'action' ? Object.keys(contract.effects) : []
}
