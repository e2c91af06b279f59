import type { Json } from '../../../schemas/json.ts'
import type { CheckPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { pathType } from '../predicate/follow.ts'
import { lookUp } from '../scope.ts'
import type { Scope } from '../scope.ts'
import { isUnder } from './effects.ts'
import { readRuleFacts, rootsOf } from './rule-facts.ts'
import { ruleScope } from './rule-scope.ts'
import type { BoundRule, GuardedEffect, Seen } from './seen.ts'
import { bare } from './subjects.ts'

/** Names of resources, `type/id`, sorted; or why nobody can tell which they are. */
export type Held = { readonly resources: readonly string[] } | { readonly unknown: string }

/** The resources over which a rule wants leases held at this effect (G3), by facts that are read now. */
export async function heldBy(bound: BoundRule, guarded: GuardedEffect, seen: Seen): Promise<Held> {
  const checks = bound.rule.checks.filter(
    (check) => holdsOf(check).length > 0 && 'guards' in check && isUnder(guarded.effect, check.guards, seen.effects),
  )
  if (checks.length === 0) return { resources: [] }
  const records = await readRuleFacts({ bound, about: guarded }, rootsOf(checks.flatMap(holdsOf)), seen)
  const scope: Scope = { ...ruleScope(bound, guarded, { ...seen, records }), doubt: seen.doubt }
  return resourcesOf(checks.flatMap(holdsOf), scope)
}

/** The resources that the paths of a `hold` name: each leads to an id, to a list of ids, or to a list of objects with an `id`. */
export function resourcesOf(hold: readonly (readonly string[])[], scope: Scope): Held {
  return together(hold.map((path) => resourcesAt(path, scope)))
}

function holdsOf(check: CheckPlan): readonly (readonly string[])[] {
  return check.form === 'require' ? (check.hold ?? []) : []
}

function resourcesAt(path: readonly string[], scope: Scope): Held {
  const followed = pathType(path, scope.types)
  if ('problem' in followed) return { unknown: followed.problem.message }
  const looked = lookUp(path, scope)
  if ('unknown' in looked) return looked
  const resources = namesOf(looked.value, followed.type)
  return resources === undefined ? { unknown: `\`${path.join('.')}\` names no resource` } : { resources }
}

/** `type/id` of each object, or undefined where one has no name. */
function namesOf(value: Json | undefined, declared: ValueType): string[] | undefined {
  const type = bare(declared)
  if (type.kind === 'id') return typeof value === 'string' && value !== '' ? [`${type.of}/${value}`] : undefined
  if (type.kind === 'object' && type.fields['id'] !== undefined) {
    const id =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { id?: Json }).id : undefined
    return namesOf(id, type.fields['id'])
  }
  if (type.kind !== 'list' || !Array.isArray(value)) return undefined
  const names = (value as readonly Json[]).map((item) => namesOf(item, type.item))
  return names.includes(undefined) ? undefined : names.flatMap((found) => found ?? [])
}

/** All of them, each once and sorted; unknown where one is. */
export function together(parts: readonly Held[]): Held {
  const unknown = parts.find((part) => 'unknown' in part)
  if (unknown !== undefined) return unknown
  return { resources: [...new Set(parts.flatMap((part) => ('resources' in part ? part.resources : [])))].sort() }
}
