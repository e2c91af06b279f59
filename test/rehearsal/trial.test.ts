import { describe, expect, test } from 'vitest'
import { traceOf } from '../../engine/rehearsal/trace.ts'
import { tryOut } from '../../engine/rehearsal/trial.ts'
import { ready, smallWith } from './small.ts'

const HELD = 'scenarios/promotions-held.yaml'
const DENIED = 'scenarios/promotion-starts-before-hold.yaml'
const RECORDED = 'recorded/hold-promotions.yaml'
const RUNBOOK = 'hold-promotions.yaml'
const RULES = 'rules/hold-promotions.yaml'

describe('a scenario', () => {
  test.each(['promotions-held', 'nothing-fails', 'promotion-starts-before-hold'])('%s goes as it says', async (id) => {
    expect((await tryOut(ready(id))).differences).toEqual([])
  })

  test.each([
    ['another outcome', HELD, 'outcome: held', 'outcome: unclear', 'outcome'],
    ['another result', HELD, 'hold: done', 'hold: denied', 'steps.hold'],
    ['an effect that must never be', HELD, '  told:', '  never: [promotion.freeze]\n  told:', 'never.promotion.freeze'],
    ['a claim that is not said', HELD, '  told:', '  claims: [claim.deferred]\n  told:', 'claims.claim.deferred'],
    ['other people who are told', HELD, 'told: [platform-on-call]', 'told: [incident-lead]', 'told'],
    ['a denial that does not come', HELD, '  told:', '  deniedBy: no-freeze-over-a-promotion\n  told:', 'deniedBy'],
    ['a denial that nobody expects', DENIED, '  deniedBy: no-freeze-over-a-promotion\n', '', 'outcome'],
    ['what is not recorded', RECORDED, '  platform.freezePromotions:\n', '  platform.liftFreeze:\n', 'scenario'],
    [
      'an incident whose moment never comes',
      DENIED,
      'answers: { agreed: done }',
      'answers: { agreed: denied }',
      'during.0',
    ],
  ])('that expects %s differs there, and its place is known', async (_what, file, from, to, at) => {
    const changes: [string, string, string][] = [[file, from, to]]
    if (to.includes('liftFreeze'))
      changes.push([RECORDED, '    output: { freeze: freeze-1, expiresAt: 2026-11-02T14:20:00Z }\n', ''])
    const prepared = ready(file === DENIED ? 'promotion-starts-before-hold' : 'promotions-held', changes)
    const { differences } = await tryOut(prepared)
    expect(differences.map((difference) => difference.at)).toContain(at)
    expect(prepared.scenario.spans[at]?.file).toBe(at === 'scenario' ? `runbooks/${HELD}` : `runbooks/${file}`)
  })

  test('is a few milliseconds, however long the run waits: time is skipped, not slept', async () => {
    const prepared = ready('promotions-held', [
      [HELD, 'answers: { agreed: done }\n', ''],
      [HELD, 'outcome: held', 'outcome: aborted'],
      [HELD, 'hold: done', 'agreed: timed-out'],
      [HELD, 'told: [platform-on-call]', 'told: []'],
    ])
    const began = performance.now()
    const { differences, rehearsed } = await tryOut(prepared)
    expect(differences).toEqual([])
    expect(performance.now() - began).toBeLessThan(2_000)
    const times = (rehearsed?.state.entries ?? []).map(({ at }) => Date.parse(at))
    expect(Math.max(...times) - Math.min(...times)).toBe(30 * 60_000)
  })

  test('shows a person who says no, and what came of it', async () => {
    const prepared = ready('promotions-held', [[HELD, 'agreed: done', 'agreed: denied']])
    const { rehearsed } = await tryOut(prepared)
    expect(rehearsed && traceOf(rehearsed).map(({ step, result }) => `${step} ${result}`)).toEqual([
      'look done',
      'state failing',
      'agreed denied',
      'outcome aborted said',
    ])
  })

  test('G10: a rule whose fact stays unknown denies, after it was read again', async () => {
    const prepared = ready('promotion-starts-before-hold', [
      [DENIED, 'value: { inFlight: 1 }', 'unknown: timeout'],
      [DENIED, '\ntwin:\n  without: no-freeze-over-a-promotion\n  harm: [promotion.freeze]\n', '\n'],
    ])
    const { differences, rehearsed } = await tryOut(prepared)
    expect(differences).toEqual([])
    expect(rehearsed?.outcome.denial?.unknown).toBe(true)
  })

  test('in which an action fails, ends as the runbook says', async () => {
    const given = 'given:\n  - recorded: hold-promotions\n'
    const prepared = ready('promotions-held', [
      [HELD, given, `${given}  - { action: platform.freezePromotions, fails: the platform says no }\n`],
    ])
    const { rehearsed } = await tryOut(prepared)
    expect(rehearsed?.outcome.message).toContain('the platform says no')
    expect(rehearsed?.receipts).toEqual([])
  })
})

describe('a twin', () => {
  test('fails where the rule has no teeth: what is denied otherwise is let through', async () => {
    const prepared = ready('promotion-starts-before-hold', [[RULES, 'freeze.inFlight == 0', 'freeze.inFlight >= 0']])
    const { differences, twin } = await tryOut(prepared)
    expect(twin?.stoppedBy).toBe('nobody')
    expect(differences.map(({ expected }) => expected)).toEqual(
      expect.arrayContaining(['with no-freeze-over-a-promotion the twin is denied by it']),
    )
  })

  test('fails where it does no harm without the rule', async () => {
    const prepared = ready('promotion-starts-before-hold', [
      [DENIED, 'answers: { agreed: done }', 'answers: { agreed: denied }'],
    ])
    const { differences } = await tryOut(prepared)
    const [harmless] = differences.filter(({ at }) => at === 'twin').slice(-1)
    expect(harmless?.expected).toBe('without no-freeze-over-a-promotion the twin does promotion.freeze')
  })

  test('fails where it is no runbook at all', async () => {
    const edit = '  harm: [promotion.freeze]\n  edit:\n    - step: hold\n      set: { when: { agreed: maybe } }\n'
    const prepared = ready('promotion-starts-before-hold', [[DENIED, '  harm: [promotion.freeze]\n', edit]])
    const { differences } = await tryOut(prepared)
    expect(differences.map(({ expected }) => expected)).toContain(
      'without no-freeze-over-a-promotion the twin compiles',
    )
  })
})

describe('recorded facts', () => {
  test.each([
    ['a field that is missing', '      worstRatio: 8%\n', '', '`prometheus.errorRatioByDigest` needs `worstRatio`'],
    ['a field that is not there', 'inFlight: 0', 'inFlight: 0, x: 1', '`platform.promotionFreeze` has no field `x`'],
    [
      'a reading that is not there',
      'platform.promotionFreeze: { value',
      'platform.freeze: { value',
      'there is no reading `platform.freeze`',
    ],
    [
      'an action among readings',
      'platform.promotionFreeze: { value',
      'platform.liftFreeze: { value',
      '`platform.liftFreeze` is an action, and here stands a reading',
    ],
  ])('with %s are a mistake', (_what, from, to, message) => {
    const { catalogue } = smallWith([[RECORDED, from, to]])
    expect(catalogue.diagnostics.map((found) => found.message)).toContain(message)
    expect(catalogue.diagnostics[0]?.span.file).toBe(`runbooks/${RECORDED}`)
  })

  test('of a runbook are no part of the digest of its catalogue', () => {
    expect(smallWith([[RECORDED, 'worstRatio: 8%', 'worstRatio: 9%']]).catalogue.digest).toBe(
      smallWith([]).catalogue.digest,
    )
    expect(smallWith([[RUNBOOK, 'within: 1m', 'within: 2m']]).catalogue.digest).not.toBe(smallWith([]).catalogue.digest)
  })
})
