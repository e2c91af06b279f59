import { judgeRule } from '../../engine/core/rules.ts'
import type { BoundRule, GuardedEffect, JudgedVerdict, RunSoFar, Seen as SeenByRules } from '../../engine/core/rules.ts'
import { policyType, RUN_TYPE } from '../../engine/core/variables.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { EffectReceipt } from '../../schemas/door.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { CheckPlan, EffectPlan, FactPlan, Plan, RulePlan } from '../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../schemas/value-type.ts'
import { planOf, says } from './plans.ts'
import { known } from './recorded.ts'
import type { Seen } from './recorded.ts'

const id = (of: string): ValueType => ({ kind: 'id', of })
const object = (fields: Record<string, ValueType>): ObjectType => ({ kind: 'object', fields })
const effect = (target: Record<string, ValueType>, under?: string): EffectPlan => ({
  ...(under === undefined ? {} : { under }),
  target,
  protective: false,
})

/** Effects with subjects: hosts are drained and returned, requests are held and answered, sources are replayed. */
export const EFFECTS: Plan['effects'] = {
  'capacity.remove': effect({ host: id('host') }),
  'host.drain': effect({ host: id('host') }, 'capacity.remove'),
  'host.uncordon': effect({ host: id('host') }),
  'host.reboot': effect({ host: id('host'), image: { kind: 'digest' } }, 'capacity.remove'),
  'request.hold': effect({ app: id('app'), class: { kind: 'enum', of: 'class', words: ['safe', 'unsafe'] } }),
  'request.answer': effect({ app: id('app') }),
  'source.replay': effect({ source: id('source') }),
  'consumer.resume': effect({ app: id('app') }),
  claim: effect({}),
  'claim.host-drained': effect({ host: id('host') }, 'claim'),
  'claim.succeeded': effect({}, 'claim'),
  'claim.escalated': effect({}, 'claim'),
}

const GROUPS = object({
  items: {
    kind: 'list',
    item: object({ id: id('source'), settled: { kind: 'bool' }, waived: { kind: 'bool' }, healthy: { kind: 'count' } }),
  },
})

const fact = (result: ValueType, ifEmpty: FactPlan['ifEmpty'] = 'unknown', host = 'host'): FactPlan => ({
  action: 'lab.groups',
  with: host === '' ? {} : { host: { path: ['target', host] } },
  result,
  ifEmpty,
  maxAgeMs: 0,
  after: [],
})

/** `groups` is read for the host of the target; `sources` is the same list for nobody, and may be empty. */
export const FACTS: RulePlan['facts'] = { groups: fact(GROUPS), sources: fact(GROUPS, 'allow', '') }

/** The reading that `after` asks for in these tests. */
export const CONTRACTS: Readonly<Record<string, Contract>> = {
  'lab.hostState': {
    kind: 'reading',
    name: 'lab.hostState',
    summary: '',
    input: object({ host: id('host'), depth: { kind: 'count' } }),
    output: object({}),
    timeoutMs: 1,
    authority: 'authoritative',
  },
}

/** Predicates of rules, with the paths that the real checker finds in them. */
export const predicate = (cel: string, about: string, items: Record<string, ValueType> = {}) =>
  says(cel, {
    target: { kind: 'object', fields: EFFECTS[about]?.target ?? {} },
    run: RUN_TYPE,
    policy: policyType(planOf([])),
    groups: GROUPS,
    sources: GROUPS,
    ...items,
  })

/** The type of an item of `sources`. */
export const SOURCE = (GROUPS.fields['items'] as ValueType & { kind: 'list' }).item

/** A rule of these checks. */
export function ruleOf(checks: readonly CheckPlan[], more: Partial<RulePlan> = {}): RulePlan {
  const text = { id: 'keep-it', text: 'Do not.', source: 'test', next: 'wait' }
  return { ...text, facts: FACTS, checks, overridable: 'never', ...more }
}

/** A receipt, one second after the one before it unless told otherwise. */
export function receipt(name: string, target: JsonObject, more: Partial<EffectReceipt> = {}): EffectReceipt {
  return { step: 's', effect: name, target, status: 'done', at: at(0), approved: false, undone: false, ...more }
}

/** So many seconds into the test. */
export const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + seconds * 1_000).toISOString()

/** What is so when a rule is judged. */
export interface Situation {
  readonly receipts?: readonly EffectReceipt[] | 'unreadable'
  readonly reachable?: readonly string[]
  readonly taken?: readonly FactRecord[] | 'unproven'
  /** What the readings say: by name, or as an answer to their input. */
  readonly facts?: Readonly<Record<string, Seen | ((input: JsonObject) => Seen)>>
  readonly now?: string
  readonly way?: SeenByRules['way']
  readonly doubt?: string
}

/** A list of groups, whole. */
export const groups = (...items: JsonObject[]): Seen => ({ ...known({ items: items as never }), complete: true })
/** One group. */
export const group = (name: string, more: JsonObject = {}): JsonObject => ({
  id: name,
  settled: true,
  waived: false,
  healthy: 3,
  ...more,
})

/** What rules see in a situation, and what they have read. */
export function seenIn(situation: Situation): SeenByRules & { readonly asked: string[] } {
  const { receipts = [], reachable = Object.keys(EFFECTS), taken = [], facts = {}, now = at(60), doubt } = situation
  const run: RunSoFar = {
    id: 'run-1',
    subjects: ['app/checkout'],
    reachable,
    now,
    ...(receipts === 'unreadable' ? {} : { effects: receipts }),
  }
  const asked: string[] = []
  return {
    run,
    effects: EFFECTS,
    contracts: CONTRACTS,
    doubt: () => doubt,
    asked,
    read: async (name, plan, input) => {
      asked.push(`${name} ${JSON.stringify(input)}`)
      const seen = facts[name] ?? groups(group('g'))
      return record(plan.action, input, { fact: name, ...(typeof seen === 'function' ? seen(input) : seen) })
    },
    ...(taken === 'unproven' ? {} : { taken }),
    ...(situation.way === undefined ? {} : { way: situation.way }),
  }
}

/** A reading that was taken. */
export function record(action: string, input: JsonObject, more: Partial<FactRecord> = {}): FactRecord {
  const frame = { authority: 'authoritative', roundTrip: true, source: 'test', readAt: at(0) } as const
  return { fact: 'f', action, input, ...frame, ...more }
}

/** The verdicts of a rule on an effect. */
export async function judged(
  rule: RulePlan | readonly CheckPlan[],
  guarded: GuardedEffect,
  situation: Situation = {},
): Promise<JudgedVerdict[]> {
  const bound: BoundRule = { rule: 'id' in rule ? rule : ruleOf(rule), policy: planOf([]).policy }
  return judgeRule(bound, guarded, seenIn(situation))
}

/** What they say. */
export const said = (verdicts: readonly JudgedVerdict[]) => verdicts.map(({ says: word }) => word)
