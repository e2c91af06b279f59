import { canonical } from '../../../schemas/canonical.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Plan, StepPlan } from '../../../schemas/plan.ts'

/** One thing that is otherwise in one Plan than in another. */
export interface Change {
  readonly section: string
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** For what changed: each value that differs. */
  readonly values: readonly ChangedValue[]
}

/** A value that differs; absent where there is none. */
export interface ChangedValue {
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

type Named = Readonly<Record<string, unknown>>

/** What has changed from one Plan to another: rules first, since they decide (G34). Where something stands in its file is no change. */
export function diffPlans(before: Plan, after: Plan): Change[] {
  const [old, now] = [sectionsOf(before), sectionsOf(after)]
  return Object.keys(now).flatMap((section) => diffNamed(section, old[section] ?? {}, now[section] ?? {}))
}

function sectionsOf(plan: Plan): Readonly<Record<string, Named>> {
  const { title, source, owner, goal, topology = [], sections = {}, lastReviewed } = plan.runbook
  const reviewed = lastReviewed === undefined ? {} : { lastReviewed }
  const { conflictRounds, unknownForMs, coalesce, doNot, goalClaims, cel, planVersion } = plan
  return {
    rules: byId(plan.rules),
    policy: plan.policy,
    steps: stepsOf(plan.steps, ''),
    bindings: byName(plan.bindings ?? [], ({ rule, check, at, guarded }) => `${rule}.${check} at ${at}, ${guarded}`),
    facts: plan.facts,
    outcomes: byName(plan.outcomes, ({ name }) => name),
    contracts: plan.contracts,
    effects: plan.effects,
    triggers: Object.fromEntries(plan.triggers.map((trigger, at) => [String(at + 1), trigger])),
    inputs: plan.inputs,
    outputs: plan.outputs ?? {},
    page: sections,
    runbook: { title, source, owner, goal, ...reviewed, topology, coalesce, doNot, goalClaims },
    engine: { conflictRounds, unknownForMs, cel, planVersion },
    ...calleesOf(plan),
  }
}

/** What a called runbook does is a part of what this one does. */
function calleesOf({ callees = {} }: Plan): Readonly<Record<string, Named>> {
  const sections = Object.entries(callees).flatMap(([id, callee]) =>
    Object.entries(sectionsOf(callee)).map(([section, named]) => [`${id}: ${section}`, named] as const),
  )
  return Object.fromEntries(sections)
}

/** Steps with their order, so that one that moved is seen; those of a block under their own ids. */
function stepsOf(steps: readonly StepPlan[], within: string): Named {
  const all = steps.flatMap((step, at): [string, unknown][] => {
    const placed = { ...step, after: steps[at - 1]?.id ?? within }
    if (step.kind !== 'block') return [[step.id, placed]]
    return [[step.id, { ...placed, steps: [] }], ...Object.entries(stepsOf(step.steps, step.id))]
  })
  return Object.fromEntries(all)
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Named {
  return byName(items, ({ id }) => id)
}

function byName<T>(items: readonly T[], nameOf: (item: T) => string): Named {
  return Object.fromEntries(items.map((item) => [nameOf(item), item]))
}

function diffNamed(section: string, before: Named, after: Named): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap((name): Change[] => {
    const [old, now] = [plainOf(before[name]), plainOf(after[name])]
    if (old === undefined) return [{ section, name, change: 'added', values: [] }]
    if (now === undefined) return [{ section, name, change: 'removed', values: [] }]
    const values = diffValues(old, now, [])
    return values.length === 0 ? [] : [{ section, name, change: 'changed', values }]
  })
}

/** Where something stands, and what a predicate names, follows from what was written. */
const DERIVED = ['place', 'uses', 'everyMs']

/** Without places: a line that moved changes nothing. */
function plainOf(value: unknown): Json | undefined {
  if (value === undefined) return undefined
  return JSON.parse(JSON.stringify(value, (key, inner: Json) => (DERIVED.includes(key) ? undefined : inner))) as Json
}

function diffValues(before: Json | undefined, after: Json | undefined, path: readonly string[]): ChangedValue[] {
  if (before !== undefined && after !== undefined && canonical(before) === canonical(after)) return []
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    const [old, now] = [Object.entries(before), Object.entries(after)].map((entries) => new Map<string, Json>(entries))
    const keys = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])]
    return keys.flatMap((key) => diffValues(old?.get(key), now?.get(key), [...path, key]))
  }
  return [
    { path: path.join('.'), ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) },
  ]
}

function isTree(value: Json | undefined): value is Json & object {
  return typeof value === 'object' && value !== null
}
