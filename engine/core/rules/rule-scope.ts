import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Each } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { lookUp } from '../scope.ts'
import type { Scope } from '../scope.ts'
import { RUN_TYPE } from '../variables.ts'
import { targetOf } from './effects.ts'
import { runValue } from './run-value.ts'
import type { BoundRule, GuardedEffect, Seen } from './seen.ts'

/** What a rule's expressions can name: target, run, policy and the rule's own facts. `about` is what `target` means. */
export function ruleScope(
  { rule, policy }: BoundRule,
  about: GuardedEffect,
  seen: Pick<Seen, 'run' | 'effects'> & { readonly records: Readonly<Record<string, FactRecord>> },
): Scope {
  return {
    types: typesOf({ rule, policy }, targetOf(about.effect, seen.effects)),
    values: {
      target: about.target,
      // Few rules name it, and it grows with the run.
      get run() {
        return runValue(seen.run, seen.effects, about)
      },
      policy: Object.fromEntries(Object.entries(policy).map(([name, { value }]) => [name, value])),
    },
    facts: rule.facts,
    records: seen.records,
  }
}

/** The scope of one item of a check with `each`. */
export interface ItemScope {
  readonly scope: Scope
  readonly item?: { readonly id: string; readonly value: Json }
}

/** One scope for each item of the list; just the scope itself where the check has no `each`. */
export function itemScopes(each: Each | undefined, scope: Scope): readonly ItemScope[] | { readonly unknown: string } {
  if (each === undefined) return [{ scope }]
  const list = lookUp(each.list, scope)
  if ('unknown' in list) return list
  if (!Array.isArray(list.value)) return { unknown: `\`${each.list.join('.')}\` is not a list` }
  return (list.value as readonly Json[]).map((value, at) => ({
    scope: {
      ...scope,
      types: withItem(scope.types, each),
      values: { ...scope.values, [each.item]: value },
    },
    item: { id: idOf(value) ?? `[${at}]`, value },
  }))
}

/** The `id` of an item. */
export function idOf(item: Json): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const id = Object.hasOwn(item, 'id') ? (item as { readonly id: Json }).id : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

type Types = Scope['types']
const typesBy = new WeakMap<object, WeakMap<object, WeakMap<object, Types>>>()

/** The same object for the same rule, target and policy: predicates are checked once for each object of types. */
function typesOf({ rule, policy }: BoundRule, fields: Readonly<Record<string, ValueType>>): Types {
  const ofRule = typesBy.get(rule) ?? new WeakMap<object, WeakMap<object, Types>>()
  typesBy.set(rule, ofRule)
  const ofTarget = ofRule.get(fields) ?? new WeakMap<object, Types>()
  ofRule.set(fields, ofTarget)
  const types = ofTarget.get(policy) ?? {
    target: { kind: 'object', fields },
    run: RUN_TYPE,
    policy: { kind: 'object', fields: mapValues(policy, ({ type }) => type) },
    ...mapValues(rule.facts, ({ result }) => result),
  }
  ofTarget.set(policy, types)
  return types
}

const itemTypesBy = new WeakMap<Types, WeakMap<Each, Types>>()

function withItem(types: Types, each: Each): Types {
  const ofTypes = itemTypesBy.get(types) ?? new WeakMap<Each, Types>()
  itemTypesBy.set(types, ofTypes)
  const found = ofTypes.get(each) ?? { ...types, [each.item]: each.itemType }
  ofTypes.set(each, found)
  return found
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
