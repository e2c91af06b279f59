import type { JsonObject } from '../../../schemas/json.ts'
import type { Condition, Plan, RulePlan } from '../../../schemas/plan.ts'
import type { StepResult, Verdict } from '../../../schemas/run.ts'
import { resolveOperands } from '../../core/operand.ts'
import type { Resolved } from '../../core/operand.ts'
import {
  concerns,
  judgeRule,
  loopsOf,
  reachableEffects,
  sitesOf,
  staleness,
  subjectsOfInputs,
} from '../../core/rules.ts'
import type { Cause, GuardedEffect, Seen, Site } from '../../core/rules.ts'
import type { Scope } from '../../core/scope.ts'
import type { PassReadings } from '../door/pass-readings.ts'
import type { PreviewedEffect } from './preview.ts'

/** What effects are judged on before the run. */
export interface Now {
  readonly plan: Plan
  readonly inputs: JsonObject
  readonly scope: Scope
  readonly readings: PassReadings
  readonly results: ReadonlyMap<string, StepResult>
}

/** Every effect of a step, undo included, as its rules would judge it now. */
export async function effectsNow(now: Now): Promise<PreviewedEffect[]> {
  const judged: PreviewedEffect[] = []
  for (const site of sitesOf(now.plan).filter(({ outcome }) => outcome === undefined))
    for (const cause of site.causes) judged.push(await effectNow(site, cause, now))
  return judged
}

async function effectNow(site: Site, { effect, target: operands }: Cause, now: Now): Promise<PreviewedEffect> {
  const { plan } = now
  const rules = plan.rules.filter((rule) => concerns(rule, effect, plan.effects))
  const found = {
    at: site.at,
    effect,
    reached: reach(site, now.results),
    inTheRun: rules.filter(restsOnTheRun).map(({ id }) => id),
  }
  const target = targetNow(site, operands, now)
  if ('unknown' in target) return { ...found, target: {}, open: target.unknown, says: 'unknown', verdicts: [] }
  const verdicts = await judgeNow(rules, { effect, target: target.input }, { site, now })
  return { ...found, target: target.input, says: saidBy(verdicts), verdicts }
}

/** Of a callee, or of an item of a loop, the run alone knows the values. */
function targetNow({ body, ...site }: Site, operands: Cause['target'], { plan, scope }: Now): Resolved {
  const [loop] = loopsOf(site)
  if (loop !== undefined) return { unknown: `it is judged for each ${loop.item} of ${loop.list.join('.')}` }
  if (body !== plan) return { unknown: 'its inputs are known when it is called' }
  return resolveOperands(operands, scope)
}

/** Checks of order, of intervals and of obligations say nothing before anything was done. */
function restsOnTheRun({ checks }: RulePlan): boolean {
  return checks.some(({ form }) => form === 'after' || form === 'during' || form === 'must-within')
}

async function judgeNow(
  rules: readonly RulePlan[],
  guarded: GuardedEffect,
  { site, now }: { site: Site; now: Now },
): Promise<Verdict[]> {
  const seen = seenNow(site, now)
  const verdicts = rules.map(async (rule) => {
    const checks = rule.checks.filter(({ form }) => form === 'require' || form === 'forbid' || form === 'only-from')
    return judgeRule({ rule: { ...rule, checks }, policy: now.plan.policy }, guarded, seen)
  })
  return (await Promise.all(verdicts)).flat()
}

function seenNow({ at }: Site, { plan, inputs, readings }: Now): Seen {
  return {
    run: {
      id: 'preview',
      subjects: subjectsOfInputs(plan.inputs, inputs),
      effects: [],
      reachable: reachableEffects(plan),
      now: new Date().toISOString(),
    },
    effects: plan.effects,
    contracts: plan.contracts,
    doubt: staleness,
    read: async (name, fact, input) => readings.read(name, fact, input),
    way: { plan, at },
  }
}

function saidBy(verdicts: readonly Verdict[]): PreviewedEffect['says'] {
  if (verdicts.some(({ says }) => says === 'false')) return 'denied'
  return verdicts.some(({ says }) => says === 'unknown') ? 'unknown' : 'passes'
}

/** Only decisions are known before the run; an undo is reached where the run stops. */
function reach({ step, around, undo, caller }: Site, results: Now['results']): PreviewedEffect['reached'] {
  const conditions: Condition = [...around, ...(step === undefined ? [] : [step])].flatMap(({ when }) => when)
  const known = conditions.map(({ step: id, results: wanted }) => {
    const result = results.get(id)
    return result === undefined ? 'perhaps' : wanted.includes(result) ? 'yes' : 'no'
  })
  if (known.includes('no')) return 'no'
  return undo || caller !== undefined || known.includes('perhaps') ? 'perhaps' : 'yes'
}
