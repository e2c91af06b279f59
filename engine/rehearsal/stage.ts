import type { Contract } from '../../schemas/contract.ts'
import type { EffectPlan, Plan, PolicyValue, RulePlan } from '../../schemas/plan.ts'
import type { Recorded } from '../../schemas/scenario.ts'
import type { CompiledCatalogue } from '../language/catalogue.ts'
import type { Contracts } from './world.ts'

/** With what a scenario is rehearsed: one Plan, the rules that bind, and what is recorded. */
export interface Stage {
  readonly plan: Plan
  readonly rules: readonly RulePlan[]
  readonly policy: Readonly<Record<string, PolicyValue>>
  readonly effects: Readonly<Record<string, EffectPlan>>
  readonly contracts: Contracts
  readonly recorded: readonly Recorded[]
}

/** The stage for a runbook of a catalogue, under all rules of it (G17); undefined where the runbook has no Plan. */
export function stageOf(
  catalogue: CompiledCatalogue,
  runbook: string,
  contracts: readonly Contract[],
): Stage | undefined {
  const plan = Object.hasOwn(catalogue.runbooks, runbook) ? catalogue.runbooks[runbook]?.plan : undefined
  if (plan === undefined) return undefined
  const { rules, policy, effects, recorded } = catalogue
  return { plan, rules, policy, effects, recorded, contracts: contractsOf(plan, contracts) }
}

/** Those that are installed, and those that the Plan's allowlist makes. */
function contractsOf(plan: Plan, contracts: readonly Contract[]): Contracts {
  const known = new Map(contracts.map((contract) => [contract.name, contract]))
  for (const { contracts: own } of withCallees(plan))
    for (const contract of Object.values(own)) known.set(contract.name, contract)
  return known
}

/** A Plan and all that it calls. */
export function withCallees(plan: Plan): Plan[] {
  return [plan, ...Object.values(plan.callees ?? {}).flatMap(withCallees)]
}
