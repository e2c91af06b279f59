import type { Contract } from '../../../schemas/contract.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { FactPlan, PolicyValue } from '../../../schemas/plan.ts'
import type { Scope } from '../../core/scope.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import type { WrittenFact } from '../../host/facts-file.ts'
import { OperatorError } from '../../host/operator-error.ts'

/** What the facts of a predicate stand on. */
export interface Ground {
  readonly contracts: ReadonlyMap<string, Contract>
  readonly policy: Readonly<Record<string, PolicyValue>>
}

/** Everything that a predicate can name: facts with the types of their readings, and the policy. */
export function scopeOf(facts: Readonly<Record<string, WrittenFact>>, { contracts, policy }: Ground): Scope {
  const plans = mapped(facts, (fact) => planOf(fact, contracts))
  const policyType = { kind: 'object', fields: mapped(policy, ({ type }) => type) } as const
  return {
    types: { policy: policyType, ...mapped(plans, ({ result }) => result) },
    values: { policy: mapped(policy, ({ value }) => value) },
    facts: plans,
    records: Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, recordOf(name, fact)])),
  }
}

function planOf({ action, ifEmpty }: WrittenFact, contracts: Ground['contracts']): FactPlan {
  const contract = contracts.get(action)
  if (contract !== undefined) return { action, with: {}, result: contract.output, ifEmpty, maxAgeMs: 0, after: [] }
  throw new OperatorError(
    'RP0006',
    `there is no contract \`${action}\``,
    didYouMean(action, contracts.keys()) ?? 'name one of the catalogue, or bring a file with --types',
  )
}

function recordOf(name: string, { action, value, unknown, complete }: WrittenFact): FactRecord {
  return {
    fact: name,
    action,
    input: {},
    authority: 'authoritative',
    ...(value === undefined ? {} : { value }),
    ...(unknown === undefined ? {} : { unknown: { reason: 'error', detail: unknown } }),
    complete,
    roundTrip: true,
    source: 'written down',
    readAt: new Date(0).toISOString(),
  }
}

function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
