import type { FactRecord } from '../../../schemas/fact.ts'
import type { CheckPlan, FactPlan, RulePlan } from '../../../schemas/plan.ts'
import { resolveOperands } from '../operand.ts'
import type { Matter } from './matters.ts'
import { ruleScope } from './rule-scope.ts'
import type { BoundRule, GuardedEffect, Seen } from './seen.ts'

type Facts = Readonly<Record<string, FactPlan>>

/** The readings that a matter needs, side by side, those that name another one after it. */
export async function readRuleFacts(
  { bound, about }: { readonly bound: BoundRule; readonly about: GuardedEffect },
  names: readonly string[],
  seen: Seen,
): Promise<Record<string, FactRecord>> {
  const { facts } = bound.rule
  const records: Record<string, FactRecord> = {}
  let rest = withDependencies(names, facts)
  while (rest.length > 0) {
    const ready = rest.filter((name) => !(facts[name]?.after ?? []).some((other) => rest.includes(other)))
    // Facts that wait for each other stay unread, and so unknown.
    if (ready.length === 0) return records
    const scope = ruleScope(bound, about, { ...seen, records: { ...records } })
    await Promise.all(
      ready.map(async (name) => {
        const fact = facts[name]
        const resolved = fact && resolveOperands(fact.with, scope)
        if (fact !== undefined && resolved !== undefined && 'input' in resolved)
          records[name] = await seen.read(name, fact, resolved.input)
      }),
    )
    rest = rest.filter((name) => !ready.includes(name))
  }
  return records
}

/** The facts that the expressions of a check name, leases and overriding included, with those that they need in turn. */
export function factsOfCheck({ facts, overridable }: RulePlan, check: CheckPlan): string[] {
  const each = 'each' in check && check.each !== undefined ? [check.each.list] : []
  const held = check.form === 'require' ? (check.hold ?? []) : []
  const required = 'require' in check ? check.require.flatMap(({ uses }) => uses) : []
  const overriding = overridable === 'never' ? [] : overridable.when.uses
  return withDependencies(rootsOf([...each, ...held, ...required, ...overriding]), facts)
}

/** The facts that are read to judge a matter: leases have been taken by then. */
export function factsOf({ bound: { rule }, check }: Matter): string[] {
  return factsOfCheck(rule, check.form === 'require' ? { ...check, hold: [] } : check)
}

/** The roots of paths, each once. */
export function rootsOf(paths: readonly (readonly string[])[]): string[] {
  return [...new Set(paths.flatMap(([root]) => root ?? []))]
}

function withDependencies(names: readonly string[], facts: Facts): string[] {
  const needed = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name) || !Object.hasOwn(facts, name)) continue
    needed.add(name)
    open.push(...(facts[name]?.after ?? []))
  }
  return [...needed]
}
