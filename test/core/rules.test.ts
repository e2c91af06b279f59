import { describe, expect, test } from 'vitest'
import { concerns, denialOf, judgeRule, lineage, reachableEffects } from '../../engine/core/rules.ts'
import type { BoundRule, JudgedVerdict, RunSoFar } from '../../engine/core/rules.ts'
import { policyType, RUN_TYPE } from '../../engine/core/variables.ts'
import type { CheckPlan, EffectPlan, Plan, RulePlan } from '../../schemas/plan.ts'
import type { Verdict } from '../../schemas/run.ts'
import { act, FACTS, outcome, planOf, says } from './plans.ts'
import { known, unknown } from './recorded.ts'
import type { Seen } from './recorded.ts'
import { receipt, record } from './rules-practice.ts'

const effect = (under?: string, protective = false): EffectPlan => ({
  ...(under === undefined ? {} : { under }),
  target: { app: { kind: 'id', of: 'app' }, epoch: { kind: 'epoch' } },
  protective,
})

const EFFECTS: Plan['effects'] = {
  'capacity.remove': effect(),
  'pod.evict': effect('capacity.remove'),
  'pod.kill': effect('pod.evict'),
  'route.rollback': effect(),
  'artifact.build': effect(),
  claim: { target: {}, protective: true },
  'claim.rolled-back': effect('claim'),
}

const TYPES = {
  target: { kind: 'object', fields: effect().target },
  run: RUN_TYPE,
  policy: policyType(planOf([])),
  health: FACTS.health.result,
} as const

function rule(...checks: CheckPlan[]): RulePlan {
  const facts = { health: FACTS.health }
  return { id: 'keep-it', text: 'Do not.', source: 'test', facts, checks, overridable: 'never', next: 'wait' }
}

const require_ = (guards: string[], ...cels: string[]): CheckPlan => ({
  form: 'require',
  guards,
  require: cels.map((cel) => says(cel, TYPES)),
})
const forbid = (effects: string[], ...inRunsWith: string[]): CheckPlan => ({
  form: 'forbid',
  forbid: effects,
  inRunsWith,
})

interface Situation {
  readonly health?: Seen
  readonly done?: readonly string[]
  readonly reachable?: readonly string[]
  readonly doubt?: string
}

async function verdicts(checks: CheckPlan[], effectName: string, situation: Situation = {}): Promise<JudgedVerdict[]> {
  const { health = known({ ok: true }), done = [], reachable = [], doubt } = situation
  const bound: BoundRule = { rule: rule(...checks), policy: planOf([]).policy }
  const effects = done.map((name) => receipt(name, { app: 'checkout' }))
  const run: RunSoFar = { id: 'run-1', subjects: [], effects, reachable, now: '2026-01-01T00:00:00Z' }
  const read = async () => record('lab.health', {}, { fact: 'health', ...health })
  const guarded = { effect: effectName, target: { app: 'checkout', epoch: 7 } }
  return judgeRule(bound, guarded, { read, run, effects: EFFECTS, contracts: {}, doubt: () => doubt })
}

const said = (found: readonly Verdict[]) => found.map(({ says: word }) => word)

describe('G18: a rule on a parent', () => {
  test('guards every effect below it', async () => {
    expect(lineage('pod.kill', EFFECTS)).toEqual(['pod.kill', 'pod.evict', 'capacity.remove'])
    const check = require_(['capacity.remove'], 'health.ok')
    for (const below of ['capacity.remove', 'pod.evict', 'pod.kill']) {
      expect(concerns(rule(check), below, EFFECTS)).toBe(true)
      expect(said(await verdicts([check], below))).toEqual(['true'])
    }
  })

  test('guards nothing beside or above it', async () => {
    const check = require_(['pod.evict'], 'health.ok')
    for (const other of ['capacity.remove', 'route.rollback']) {
      expect(concerns(rule(check), other, EFFECTS)).toBe(false)
      expect(await verdicts([check], other)).toEqual([])
    }
  })

  test('on `claim` guards every way in which a run ends, also those that nobody declared', async () => {
    const check = require_(['claim'], 'health.ok')
    for (const claim of ['claim.rolled-back', 'claim.aborted', 'claim.failed-safe'])
      expect(said(await verdicts([check], claim))).toEqual(['true'])
    expect(lineage('claim.aborted', EFFECTS)).toEqual(['claim.aborted', 'claim'])
  })

  test('knows no effect that is not declared', async () => {
    expect(() => lineage('pod.vanish', EFFECTS)).toThrow('there is no effect `pod.vanish`')
    expect(() => lineage('toString', EFFECTS)).toThrow('there is no effect `toString`')
  })
})

describe('G20: form 1', () => {
  const check = require_(['route.rollback'], 'health.ok', 'target.epoch == target.epoch', 'run.effects.size() == 0')

  test('gives a verdict for each predicate, with what it saw', async () => {
    expect(await verdicts([check], 'route.rollback', { health: known({ ok: false }) })).toMatchObject([
      {
        rule: 'keep-it',
        effect: 'route.rollback',
        predicate: 'health.ok',
        says: 'false',
        observed: { 'health.ok': false },
      },
      { says: 'true' },
      { says: 'true' },
    ])
  })

  test('is unknown where its fact is unknown, and only there', async () => {
    expect(said(await verdicts([check], 'route.rollback', { health: unknown('timeout') }))).toEqual([
      'unknown',
      'true',
      'true',
    ])
  })

  test('is unknown where the door has a doubt', async () => {
    expect(said(await verdicts([check], 'route.rollback', { doubt: 'too old' }))).toEqual(['unknown', 'true', 'true'])
  })

  test('G15: sees the run’s own receipts', async () => {
    expect(said(await verdicts([check], 'route.rollback', { done: ['pod.evict'] }))).toEqual(['true', 'true', 'false'])
  })

  test('G15: counts a receipt for its effect and for every effect above it, and for none below or beside it', async () => {
    const none = (name: string) => require_(['route.rollback'], `run.effects.of('${name}').size() == 0`)
    const seen = async (name: string) => said(await verdicts([none(name)], 'route.rollback', { done: ['pod.evict'] }))
    for (const name of ['pod.evict', 'capacity.remove']) expect(await seen(name)).toEqual(['false'])
    for (const name of ['pod.kill', 'artifact.build']) expect(await seen(name)).toEqual(['true'])
  })

  test('sees the policy values that it was compiled with', async () => {
    const policy = require_(['route.rollback'], "policy.few > run.effects.of('pod.evict').size()")
    expect(said(await verdicts([policy], 'route.rollback', { done: ['pod.evict'] }))).toEqual(['true'])
    expect(said(await verdicts([policy], 'route.rollback', { done: ['pod.evict', 'pod.evict'] }))).toEqual(['false'])
  })
})

describe('G20: form 2', () => {
  const always = forbid(['artifact.build'])
  const beside = forbid(['artifact.build'], 'route.rollback')

  test('without a companion forbids the effect in every run', async () => {
    expect(await verdicts([always], 'artifact.build')).toMatchObject([
      { says: 'false', predicate: 'forbid artifact.build' },
    ])
    expect(await verdicts([always], 'route.rollback')).toEqual([])
  })

  test('forbids the effect in a run that has done its companion', async () => {
    const found = await verdicts([beside], 'artifact.build', { done: ['route.rollback'] })
    expect(found).toMatchObject([{ says: 'false', predicate: 'forbid artifact.build in a run with route.rollback' }])
  })

  test('forbids the effect in a run that can still reach its companion', async () => {
    expect(said(await verdicts([beside], 'artifact.build', { reachable: ['route.rollback'] }))).toEqual(['false'])
  })

  test('forbids the companion in a run that has done the effect', async () => {
    expect(said(await verdicts([beside], 'route.rollback', { done: ['artifact.build'] }))).toEqual(['false'])
  })

  test('says nothing where the other one is neither done nor reachable', async () => {
    expect(await verdicts([beside], 'artifact.build', { done: ['pod.evict'], reachable: ['pod.kill'] })).toEqual([])
    expect(await verdicts([beside], 'route.rollback', { reachable: ['artifact.build'] })).toEqual([])
  })

  test('G18: binds effects below the forbidden one and below its companion', async () => {
    const parents = forbid(['capacity.remove'], 'claim')
    expect(said(await verdicts([parents], 'pod.kill', { reachable: ['claim.rolled-back'] }))).toEqual(['false'])
    expect(said(await verdicts([parents], 'claim.aborted', { done: ['pod.evict'] }))).toEqual(['false'])
  })

  test('concerns the forbidden effect and its companion', async () => {
    for (const name of ['artifact.build', 'route.rollback']) expect(concerns(rule(beside), name, EFFECTS)).toBe(true)
    expect(concerns(rule(beside), 'pod.evict', EFFECTS)).toBe(false)
  })
})

describe('a denial', () => {
  const verdict = (word: Verdict['says'], id: string): Verdict => ({
    rule: id,
    predicate: 'health.ok',
    effect: 'route.rollback',
    says: word,
    observed: {},
  })
  const rules = [rule(), { ...rule(), id: 'other', text: 'Never.', next: 'stop' }]

  test('follows from no verdict that is true, nor from none at all', async () => {
    expect(denialOf([verdict('true', 'keep-it')], rules)).toBeUndefined()
    expect(denialOf([], rules)).toBeUndefined()
  })

  test('false outweighs unknown, wherever it stands', async () => {
    const found = denialOf(
      [verdict('true', 'keep-it'), verdict('unknown', 'keep-it'), verdict('false', 'other')],
      rules,
    )
    expect(found).toMatchObject({ by: 'rule', rule: 'other', unknown: false, next: 'stop' })
    expect(found?.message).toBe('denied: Never. (other: health.ok)')
    expect(found?.verdicts).toHaveLength(3)
  })

  test('unknown denies, and says that nobody can tell', async () => {
    const found = denialOf([verdict('true', 'other'), verdict('unknown', 'keep-it')], rules)
    expect(found).toMatchObject({ rule: 'keep-it', unknown: true, next: 'wait' })
    expect(found?.message).toContain('cannot tell: Do not.')
  })
})

test('a Plan can reach the effects of its actions, and the claims of its outcomes', async () => {
  const claims = [{ effect: 'claim.rolled-back', target: {} }]
  const plan = planOf([act('mend'), act('again'), act('build', { action: 'lab.build' })], {
    outcomes: [outcome('back', 'succeeded', { claims })],
  })
  expect(reachableEffects(plan)).toEqual(['route.rollback', 'artifact.build', 'claim.succeeded', 'claim.rolled-back'])
})
