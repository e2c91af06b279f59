import { describe, expect, test } from 'vitest'
import type { Denial, EffectResult } from '../../schemas/run.ts'
import type { RulePlan } from '../../schemas/plan.ts'
import { act, approve, expecting, read, says } from './plans.ts'
import { newPlan } from './nested.ts'
import { carry, denial, denied, done, known, results } from './recorded.ts'

const during: RulePlan = {
  id: 'single-writer',
  text: 'one writer at a time',
  source: 'test',
  facts: {},
  checks: [{ form: 'during', from: 'promotion.freeze', to: 'artifact.build', require: [says('health.ok')] }],
  overridable: 'never',
  next: '',
}
const freeze = act('freeze', { action: 'lab.freeze' })
const frozen: EffectResult = { ...(done() as EffectResult & { status: 'done' }), effects: ['promotion.freeze'] }
const slow = read('settle', ['health'], {
  expect: expecting(['health'], 'health.ok', { withinMs: 120_000, everyMs: 60_000 }),
})

describe('a rule that must hold over an interval', () => {
  const effects = { freeze: [frozen] }
  const facts = { health: [known({ ok: false })] }

  test('G20: is looked at every half minute while the run waits for facts, and ends the wait where it does not hold', async () => {
    const run = await carry(newPlan([freeze, slow], { rules: [during] }), {
      facts,
      effects,
      watch: [undefined, undefined, denial('single-writer')],
    })
    expect(run.log.filter((line) => /watch|sleep|read/.test(line))).toEqual([
      'read settle.health',
      'sleep 30000',
      'watch settle.watch',
      'sleep 30000',
      'read settle.health#2',
      'watch settle.watch#2',
      'sleep 30000',
      'watch settle.watch#3',
    ])
    expect(results(run)).toEqual(['freeze done', 'settle denied'])
    expect(run.outcome).toMatchObject({ as: 'blocked', denial: { rule: 'single-writer' } })
  })

  test('G20: is looked at while people are asked as well', async () => {
    const gate = approve('gate', ['lead'], { withinMs: 100_000 })
    const run = await carry(newPlan([freeze, gate], { rules: [during] }), { effects, watch: [undefined] })
    expect(run.log.filter((line) => line.startsWith('watch'))).toHaveLength(3)
    expect(results(run)).toEqual(['freeze done', 'gate timed-out'])
  })

  test('is not looked at before the interval begins', async () => {
    const run = await carry(newPlan([slow], { rules: [during] }), { facts })
    expect(run.log.filter((line) => line.startsWith('watch'))).toEqual([])
  })
})

describe('a denial that may be overridden', () => {
  const open: Denial = {
    ...denial('keep-quorum'),
    overridable: [
      { rule: 'keep-quorum', item: 'a', who: 'duty' },
      { rule: 'keep-quorum', item: 'b', who: 'duty' },
    ],
  }
  const override = (item: string, user = 'eva') => ({
    user,
    role: 'duty',
    decision: 'override' as const,
    overrides: { rule: 'keep-quorum', item },
  })
  const plan = newPlan([act('first'), act('last')])
  const effects: Record<string, EffectResult[]> = {
    first: [{ status: 'denied', denial: open, evidence: {} }, done()],
  }

  test('G26: goes before the door again once every item is overridden, with the votes', async () => {
    const run = await carry(plan, { effects, answers: [override('a'), override('b')] })
    expect(run.performed.map(({ activity, round, grounds }) => [activity, round, grounds.votes.length])).toEqual([
      ['first', 0, 0],
      ['first#2', 1, 2],
      ['last', 0, 2],
    ])
    expect(run.asked[0]).toMatchObject({ kind: 'override', who: ['duty'], withinMs: 900_000 })
  })

  test.each([
    ['is overridden in part only', [override('a')]],
    ['is rejected', [{ user: 'eva', role: 'duty', decision: 'reject' as const }]],
    ['is overridden in another role', [override('a'), { ...override('b', 'ben'), role: 'guest' }]],
  ])('G26: stands where it %s', async (_how, answers) => {
    const run = await carry(plan, { effects, answers })
    expect(run.performed).toHaveLength(1)
    expect(run.outcome).toMatchObject({ as: 'blocked', denial: { rule: 'keep-quorum' } })
  })

  test.each([
    ['names no item overrides no verdict on one', undefined, 'a'],
    ['names an item does not override the whole', 'a', undefined],
    ['names another item overrides nothing', 'b', 'a'],
  ])('G26: one that %s', async (_how, named, judged) => {
    const about = (item: string | undefined) => (item === undefined ? {} : { item })
    const standing = { ...denial('keep-quorum'), overridable: [{ rule: 'keep-quorum', who: 'duty', ...about(judged) }] }
    const overrides = { rule: 'keep-quorum', ...about(named) }
    const given = { user: 'eva', role: 'duty', decision: 'override' as const, overrides }
    const run = await carry(plan, {
      effects: { first: [{ status: 'denied', denial: standing, evidence: {} }, done()] },
      answers: [given],
    })
    expect(run.performed).toHaveLength(1)
    expect(run.outcome.as).toBe('blocked')
  })

  test('G26: one without an item covers the rule that is judged as a whole', async () => {
    const standing = { ...denial('keep-quorum'), overridable: [{ rule: 'keep-quorum', who: 'duty' }] }
    const given = { user: 'eva', role: 'duty', decision: 'override' as const, overrides: { rule: 'keep-quorum' } }
    const effects = { first: [{ status: 'denied' as const, denial: standing, evidence: {} }, done()] }
    expect((await carry(plan, { effects, answers: [given] })).performed).toHaveLength(3)
  })

  test('G26: asks nobody where the rule is absolute', async () => {
    const run = await carry(plan, { effects: { first: [denied('absolute')] } })
    expect(run.asked).toEqual([])
  })
})
