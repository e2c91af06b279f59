import { sameJson } from '../../../evidence/digest.ts'
import { canonical } from '../../../schemas/canonical.ts'
import type { Contract } from '../../../schemas/contract.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Plan, RulePlan } from '../../../schemas/plan.ts'
import type { BoundRule } from '../../core/rules.ts'
import type { Host } from '../host.ts'
import { hierarchyOfCatalogue, hierarchyOfPlan } from './hierarchy.ts'
import type { Hierarchy } from './hierarchy.ts'

/** A rule with the hierarchy of effects, and the contracts, that it was written for. */
export interface BindingRule extends BoundRule {
  readonly effects: Hierarchy
  readonly contracts: Readonly<Record<string, Contract>>
}

const known = new WeakMap<Host['catalogue'], WeakMap<Plan, readonly BindingRule[]>>()

/**
 * Every rule of the Plans at work and of the worker's own catalogue: the union binds (G17). A rule that several have is judged
 * once; one that differs, or stands in another hierarchy of effects, is judged in each of its forms.
 */
export function bindingRules(
  plans: readonly Plan[],
  host: Pick<Host, 'catalogue' | 'contracts'>,
): readonly BindingRule[] {
  const [only] = plans
  if (plans.length !== 1 || only === undefined) return union(plans, host)
  const ofCatalogue = known.get(host.catalogue) ?? new WeakMap<Plan, readonly BindingRule[]>()
  known.set(host.catalogue, ofCatalogue)
  const rules = ofCatalogue.get(only) ?? union(plans, host)
  ofCatalogue.set(only, rules)
  return rules
}

function union(plans: readonly Plan[], host: Pick<Host, 'catalogue' | 'contracts'>): BindingRule[] {
  const found = new Map<string, BindingRule>()
  // Receipts of the whole run are looked at, in a called runbook too.
  const around: Hierarchy = Object.fromEntries(plans.flatMap((plan) => Object.entries(plan.effects)))
  for (const [at, plan] of plans.entries()) {
    const place = standsInCatalogue(plan, host) ? 'catalogue' : `plan ${at}`
    const effects = { ...around, ...hierarchyOfPlan(plan, host) }
    for (const rule of plan.rules) keep(found, place, { rule, policy: plan.policy, effects, contracts: plan.contracts })
  }
  const { rules, policy } = host.catalogue
  const contracts = Object.fromEntries(host.contracts)
  const [root] = plans
  const effects = root === undefined ? host.catalogue.effects : { ...around, ...hierarchyOfCatalogue(root, host) }
  for (const rule of rules) keep(found, 'catalogue', { rule, policy, effects, contracts })
  return [...found.values()]
}

function keep(found: Map<string, BindingRule>, place: string, bound: BindingRule): void {
  const key = `${place} ${fingerprint(bound)}`
  if (!found.has(key)) found.set(key, bound)
}

/** Whether all effects of the Plan are what they are in the worker's catalogue. */
function standsInCatalogue(plan: Plan, { catalogue }: Pick<Host, 'catalogue'>): boolean {
  return Object.keys(plan.effects).every((name) => sameJson(plan.effects[name], catalogue.effects[name]))
}

/** A rule and the policy values that it reads, wherever it names them. */
function fingerprint({ rule, policy }: BoundRule): string {
  const names = [...new Set(policyNames(rule as unknown as Json))].sort()
  return canonical({ rule: anywhere(rule), policy: names.map((name) => [name, policy[name]?.value ?? null]) })
}

function policyNames(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (!Array.isArray(value)) return Object.values(value).flatMap(policyNames)
  const [root, name] = value as readonly Json[]
  return root === 'policy' && typeof name === 'string' ? [name] : (value as readonly Json[]).flatMap(policyNames)
}

/** The same rule in two Plans may differ in nothing but what people read. */
function anywhere({ facts, checks, overridable, id, next }: RulePlan): object {
  return { id, facts, checks, overridable, next }
}
