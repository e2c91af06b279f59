import type { Contract } from '../../../schemas/contract.ts'
import type { EffectPlan, FactPlan, Operand, Plan, PolicyValue, Predicate, StepPlan } from '../../../schemas/plan.ts'
import { CEL } from '../../core/cel.ts'
import type { Reach } from '../rules/bind.ts'
import type { Rule } from '../rules/rule.ts'
import type { Source } from '../source.ts'
import type { World } from '../world.ts'
import type { Body } from './check-paths.ts'
import type { Head } from './head.ts'

/** Everything that a Plan is put together from. */
export interface Parts {
  readonly source: Source
  readonly head: Head
  readonly body: Body
  readonly rules: readonly Rule[]
  readonly reach: Reach
}

/** Freezes a compiled runbook: it holds all that a run needs, and nothing that a run does not. */
export function assemblePlan(
  parts: Parts,
  { world, catalogueDigest }: { readonly world: World; readonly catalogueDigest: string },
): Plan {
  const { head, body, rules, source } = parts
  const { id, title, source: from, owner, goal } = head
  const facts = Object.fromEntries([...body.facts].map(([name, { plan }]) => [name, plan]))
  const steps = body.steps.map(({ plan }) => plan)
  return {
    planVersion: 1,
    runbook: { id: id.text, title, source: from, owner, goal, file: { name: source.file, digest: source.digest } },
    catalogueDigest,
    cel: CEL,
    inputs: head.inputs,
    coalesce: head.coalesce,
    triggers: head.triggers,
    policy: policyOf(parts, world),
    facts,
    steps,
    outcomes: body.outcomes.map(({ plan }) => plan),
    doNot: head.doNot.map(({ text }) => text),
    rules: rules.map(({ plan }) => plan),
    contracts: contractsOf({ steps, facts: [facts, ...rules.map(({ plan }) => plan.facts)] }, world),
    effects: effectsOf(parts.reach, world),
    conflictRounds: numberOf('conflictRounds', world),
    unknownForMs: numberOf('unknownFor', world),
    goalClaims: world.effects.goals.get(goal) ?? [],
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

function policyOf({ body, rules }: Parts, { policy }: World): Record<string, PolicyValue> {
  const names = new Set<string>([
    ...rules.flatMap((rule) => [...rule.policy]),
    ...body.steps.flatMap(({ bounds }) => bounds.flatMap((bound) => bound.policy ?? [])),
  ])
  for (const path of [
    ...body.steps.flatMap(({ plan }) => pathsOf(plan)),
    ...[...body.facts.values()].flatMap(({ uses }) => uses.map((use) => use.path)),
    ...body.outcomes.flatMap(({ uses }) => uses.map((use) => use.path)),
  ]) {
    if (path[0] === 'policy' && path[1] !== undefined) names.add(path[1])
  }
  return Object.fromEntries(
    [...names].sort().flatMap((name) => (policy.has(name) ? [[name, frozen(policy.get(name) as PolicyValue)]] : [])),
  )
}

function pathsOf(step: StepPlan): readonly (readonly string[])[] {
  switch (step.kind) {
    case 'read':
      return usesOf(step.expect?.predicate)
    case 'decide':
      return step.cases.flatMap(({ predicate }) => usesOf(predicate))
    case 'do':
      return [...usesOf(step.expect?.predicate), ...Object.values(step.with).flatMap(pathsIn)]
    case 'approve':
      return pathsIn(step.text)
  }
}

function usesOf(predicate: Predicate | undefined): readonly (readonly string[])[] {
  return predicate?.uses ?? []
}

function pathsIn(operand: Operand): readonly (readonly string[])[] {
  if ('path' in operand) return [operand.path]
  if ('literal' in operand) return []
  return operand.text.flatMap((part) => (typeof part === 'string' ? [] : [part.path]))
}

function contractsOf(
  parts: { steps: readonly StepPlan[]; facts: readonly Readonly<Record<string, FactPlan>>[] },
  { contracts }: World,
): Record<string, Contract> {
  const ofFacts = parts.facts.flatMap((facts) => Object.values(facts).map(({ action }) => action))
  const ofSteps = parts.steps.flatMap((step) => (step.kind === 'do' ? [step.action] : []))
  const ofPremises = ofSteps.flatMap((name) => {
    const contract = contracts.get(name)
    return contract?.kind === 'action' && contract.premise ? [contract.premise.reading] : []
  })
  const names = [...new Set([...ofFacts, ...ofSteps, ...ofPremises])].sort()
  return Object.fromEntries(
    names.flatMap((name) => (contracts.has(name) ? [[name, contracts.get(name) as Contract]] : [])),
  )
}

function effectsOf(reach: Reach, { effects }: World): Record<string, EffectPlan> {
  return Object.fromEntries(
    [...reach.effects].sort().flatMap((name): [string, EffectPlan][] => {
      const effect = effects.byName.get(name)
      if (effect === undefined) return []
      const { under, target, protective } = effect
      return [[name, { ...(under === undefined ? {} : { under }), target, protective }]]
    }),
  )
}
