import type { EffectPlan, Plan, PolicyValue } from '../../../schemas/plan.ts'
import { CEL } from '../../core/cel.ts'
import type { Settled } from '../rules/settle.ts'
import type { Source } from '../source.ts'
import { ENGINE_VALUES, REQUIRED_VALUES } from '../unused-policy.ts'
import type { World } from '../world.ts'
import type { BodyParts, BodyPlan } from './body-plan.ts'
import { contractsOf } from './contracts.ts'
import { pathsOf } from './paths-of.ts'
import { everyStep } from './step.ts'

/** Everything that a Plan is put together from. */
export interface Parts extends BodyParts {
  readonly source: Source
  readonly plan: BodyPlan
  readonly settled: Settled
}

/** Freezes a compiled runbook: it holds all that a run needs, and nothing that a run does not. */
export function assemblePlan(
  parts: Parts,
  { world, catalogueDigest }: { readonly world: World; readonly catalogueDigest: string },
): Plan {
  const { head, plan, settled } = parts
  const rules = settled.rules.map((rule) => rule.plan)
  return {
    planVersion: 2,
    runbook: runbookOf(parts),
    catalogueDigest,
    cel: CEL,
    coalesce: head.coalesce,
    triggers: head.triggers,
    policy: policyOf(parts, world),
    ...plan,
    doNot: head.doNot.map(({ text }) => text),
    rules,
    contracts: contractsOf({ steps: plan.steps, facts: plan.facts, readings: settled.readings }, world),
    effects: effectsOf(settled, world),
    conflictRounds: numberOf('conflictRounds', world),
    unknownForMs: numberOf('unknownFor', world),
    bindings: settled.bindings,
  }
}

function runbookOf({ head, body, source }: Parts): Plan['runbook'] {
  const { id, title, source: from, owner, goal, lastReviewed, topology } = head
  return {
    id: id.text,
    title,
    source: from,
    owner,
    goal,
    file: { name: source.file, digest: source.digest },
    ...(lastReviewed === undefined ? {} : { lastReviewed }),
    ...(topology && { topology: topology.map(({ text }) => text) }),
    ...(body.sections && { sections: body.sections.plans }),
  }
}

/** A policy value that the engine itself needs. */
export function numberOf(name: 'conflictRounds' | 'unknownFor', { policy }: Pick<World, 'policy'>): number {
  const value = policy.get(name)?.value
  return typeof value === 'number' ? value : 0
}

/** The value without its place in a file. */
export function frozen({ type, value, unit, source }: PolicyValue): PolicyValue {
  return { type, value, unit, source }
}

function policyOf({ head, body, settled }: Parts, { policy }: World): Record<string, PolicyValue> {
  const paths = [
    ...body.steps.flatMap(({ plan }) => pathsOf(plan)),
    ...[...body.facts.values()].flatMap(({ uses }) => uses.map((use) => use.path)),
    ...body.outcomes.flatMap(({ uses }) => uses.map((use) => use.path)),
    ...(body.sections?.uses ?? []).map((use) => use.path),
    ...body.outputs.map(({ use }) => use.path),
  ]
  const names = new Set<string>([
    ...Object.keys(ENGINE_VALUES).filter((name) => !REQUIRED_VALUES.includes(name)),
    ...settled.rules.flatMap((rule) => [...rule.policy]),
    ...everyStep(body.steps).flatMap(({ bounds }) => bounds.flatMap((bound) => bound.policy ?? [])),
    ...head.policy,
    ...paths.flatMap(([root, name]) => (root === 'policy' && name !== undefined ? [name] : [])),
  ])
  return Object.fromEntries(
    [...names].sort().flatMap((name) => (policy.has(name) ? [[name, frozen(policy.get(name) as PolicyValue)]] : [])),
  )
}

function effectsOf(reach: Settled, { effects }: World): Record<string, EffectPlan> {
  return Object.fromEntries(
    [...reach.effects].sort().flatMap((name): [string, EffectPlan][] => {
      const effect = effects.byName.get(name)
      return effect === undefined ? [] : [[name, effectPlan(effect)]]
    }),
  )
}

/** The effect without its place in a file. */
export function effectPlan({ under, target, protective, radius }: EffectPlan): EffectPlan {
  return { ...(under === undefined ? {} : { under }), target, protective, ...(radius && { radius }) }
}
