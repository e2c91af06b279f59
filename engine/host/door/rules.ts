import type { FactRecord } from '../../../schemas/fact.ts'
import type { RulePlan } from '../../../schemas/plan.ts'
import type { Denial, Verdict } from '../../../schemas/run.ts'
import { sameJson } from '../../../evidence/digest.ts'
import { canonical } from '../../../schemas/canonical.ts'
import { resolveOperands } from '../../core/operand.ts'
import { layersOf } from '../../core/read.ts'
import { concerns, denialOf, judgeRule, ruleScope } from '../../core/rules.ts'
import type { BoundRule, GuardedEffect, RunSoFar } from '../../core/rules.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Host } from '../host.ts'
import { hierarchyOfCatalogue, hierarchyOfPlan } from './hierarchy.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { PassReadings } from './pass-readings.ts'
import { staleness } from './pass-readings.ts'

/** Whose effects are judged: a pass of the door, or a claim. */
interface Judging {
  readonly plan: Plan
  readonly run: RunSoFar
  readonly seam: { readonly host: Host; heartbeat(): void }
}

/** Judges effects by every rule of the Plan and of the worker's own catalogue: the union binds (G17). */
export async function judgeEffects(
  judging: Judging,
  guarded: readonly GuardedEffect[],
  readings: PassReadings,
): Promise<{ verdicts: Verdict[]; denial: Denial | undefined }> {
  const rules = bindingRules(judging.plan, judging.seam.host)
  const verdicts: Verdict[] = []
  for (const effect of guarded) {
    for (const { effects, ...bound } of rules.filter(({ rule, effects }) => concerns(rule, effect.effect, effects))) {
      judging.seam.heartbeat()
      const records = await readRuleFacts(bound, { effect, effects, run: judging.run }, readings)
      verdicts.push(...judgeRule(bound, effect, { records, run: judging.run, effects, doubt: staleness }))
    }
  }
  return {
    verdicts,
    denial: denialOf(
      verdicts,
      rules.map(({ rule }) => rule),
    ),
  }
}

/** A rule with the hierarchy of effects that it was written for. */
type BindingRule = BoundRule & { readonly effects: Hierarchy }

/** A rule that both have is judged once; one that differs, or stands in another hierarchy of effects, is judged in both forms. */
function bindingRules(plan: Plan, host: Host): BindingRule[] {
  const { rules, policy, effects } = host.catalogue
  const same = Object.keys(plan.effects).every((name) => sameJson(plan.effects[name], effects[name]))
  const known = new Set(same ? plan.rules.map((rule) => fingerprint(rule, plan.policy)) : [])
  const current = rules.filter((rule) => !known.has(fingerprint(rule, policy)))
  const ofPlan = hierarchyOfPlan(plan, host)
  const ofCatalogue = hierarchyOfCatalogue(plan, host)
  return [
    ...plan.rules.map((rule) => ({ rule, policy: plan.policy, effects: ofPlan })),
    ...current.map((rule) => ({ rule, policy, effects: ofCatalogue })),
  ]
}

/** A rule and the policy values that it reads. */
function fingerprint(rule: RulePlan, policy: BoundRule['policy']): string {
  const used = rule.checks.flatMap((check) =>
    check.form === 'require' ? check.require.flatMap(({ uses }) => uses) : [],
  )
  const names = used.filter(([root]) => root === 'policy').map(([, name]) => name ?? '')
  return canonical({ rule, policy: Object.fromEntries(names.map((name) => [name, policy[name]?.value ?? null])) })
}

async function readRuleFacts(
  bound: BoundRule,
  at: { effect: GuardedEffect; effects: Hierarchy; run: RunSoFar },
  readings: PassReadings,
): Promise<Record<string, FactRecord>> {
  const records: Record<string, FactRecord> = {}
  for (const layer of layersOf(Object.keys(bound.rule.facts), bound.rule.facts)) {
    const scope = ruleScope(bound, at.effect, { records: { ...records }, run: at.run, effects: at.effects })
    await Promise.all(
      layer.map(async (name) => {
        const fact = bound.rule.facts[name]
        const resolved = fact === undefined ? undefined : resolveOperands(fact.with, scope)
        // A fact whose inputs are unknown stays unread, and so unknown.
        if (fact !== undefined && resolved !== undefined && 'input' in resolved)
          records[name] = await readings.read(name, fact, resolved.input)
      }),
    )
  }
  return records
}
