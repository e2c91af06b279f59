import { describe, expect, test } from 'vitest'
import { judgeIntervals, openIntervals } from '../../engine/core/rules.ts'
import type { DuringCheck, MustWithinCheck } from '../../schemas/plan.ts'
import { planOf } from './plans.ts'
import {
  at,
  CONTRACTS,
  EFFECTS,
  group,
  groups,
  judged,
  predicate,
  receipt,
  ruleOf,
  said,
  seenIn,
} from './rules-practice.ts'
import { unknown } from './recorded.ts'

const drained = (host: string, seconds = 0) => receipt('host.drain', { host }, { at: at(seconds) })
const returned = (host: string, seconds: number) => receipt('host.uncordon', { host }, { at: at(seconds) })
const escalated = { effect: 'claim.escalated', target: {} }
const answer = { effect: 'request.answer', target: { app: 'checkout' } }

describe('G20: form 6, during', () => {
  const check: DuringCheck = {
    form: 'during',
    from: 'host.drain',
    to: 'host.uncordon',
    require: [predicate('groups.items.all(g, g.healthy > 1)', 'host.drain')],
  }
  const sick = { groups: groups(group('g', { healthy: 1 })) }

  test('says nothing before the interval and after it', async () => {
    for (const receipts of [[], [drained('h1'), returned('h1', 1)]])
      expect(await judged([check], answer, { receipts, facts: sick })).toEqual([])
  })

  test('holds every effect and every claim inside it', async () => {
    for (const guarded of [answer, escalated]) {
      expect(said(await judged([check], guarded, { receipts: [drained('h1')] }))).toEqual(['true'])
      expect(said(await judged([check], guarded, { receipts: [drained('h1')], facts: sick }))).toEqual(['false'])
    }
  })

  test('reads its facts for the subject of the interval, not of the effect at hand', async () => {
    const seen = seenIn({ receipts: [drained('h1'), drained('h2', 1)] })
    const bound = { rule: ruleOf([check]), policy: planOf([]).policy }
    await judgeIntervals(bound, seen)
    expect(seen.asked).toEqual(['groups {"host":"h1"}', 'groups {"host":"h2"}'])
  })

  test('is open for each subject by itself', async () => {
    const receipts = [drained('h1'), drained('h2', 1), returned('h1', 2)]
    const open = openIntervals(ruleOf([check]), { effects: receipts }, EFFECTS)
    expect(open.map(({ from }) => from.target)).toEqual([{ host: 'h2' }])
  })

  test('is over where its beginning was taken back, and open again where its end was', async () => {
    const open = (...receipts: (typeof drained extends (...a: never[]) => infer R ? R : never)[]) =>
      openIntervals(ruleOf([check]), { effects: receipts }, EFFECTS).length
    expect(open({ ...drained('h1'), undone: true })).toBe(0)
    expect(open(drained('h1'), { ...returned('h1', 1), undone: true })).toBe(1)
    expect(open(drained('h1'), returned('h1', 1), drained('h1', 2))).toBe(1)
  })

  test('does not hold back the effect that ends it, on its subject', async () => {
    const receipts = [drained('h1')]
    const uncordon = (host: string) => ({ effect: 'host.uncordon', target: { host } })
    expect(await judged([check], uncordon('h1'), { receipts, facts: sick })).toEqual([])
    expect(said(await judged([check], uncordon('h2'), { receipts, facts: sick }))).toEqual(['false'])
  })

  test('is unknown where its fact is unknown, or the receipts cannot be read and it could be open', async () => {
    const facts = { groups: unknown('timeout') }
    expect(said(await judged([check], answer, { receipts: [drained('h1')], facts }))).toEqual(['unknown'])
    expect(said(await judged([check], answer, { receipts: 'unreadable' }))).toEqual(['unknown'])
    expect(await judged([check], answer, { receipts: 'unreadable', reachable: ['request.answer'] })).toEqual([])
  })

  test('is looked at by the watch with what holds now', async () => {
    const bound = { rule: ruleOf([check]), policy: planOf([]).policy }
    expect(said(await judgeIntervals(bound, seenIn({ receipts: [drained('h1')], facts: sick })))).toEqual(['false'])
    expect(await judgeIntervals(bound, seenIn({ receipts: [], facts: sick }))).toEqual([])
  })
})

describe('G20: form 7, must within', () => {
  const check: MustWithinCheck = {
    form: 'must-within',
    after: 'request.hold',
    do: 'request.answer',
    withinMs: 30_000,
    within: 'wakeBudget',
  }
  const held = receipt('request.hold', { app: 'checkout', class: 'safe' }, { step: 'hold', at: at(0) })
  const answered = (seconds: number, app = 'checkout') => receipt('request.answer', { app }, { at: at(seconds) })
  const succeeded = { effect: 'claim.succeeded', target: {} }
  const uncordon = { effect: 'host.uncordon', target: { host: 'h1' } }

  test('passes at a claim of success where the act followed in time', async () => {
    const found = await judged([check], succeeded, { receipts: [held, answered(30)] })
    expect(found).toMatchObject([
      {
        says: 'true',
        predicate: 'request.answer within wakeBudget after request.hold',
        observed: { allowedMs: 30_000 },
      },
    ])
  })

  test('denies a claim of success where it came late, for another subject, or not at all', async () => {
    for (const receipts of [[held, answered(31)], [held, answered(5, 'other')], [held]])
      expect(said(await judged([check], succeeded, { receipts, now: at(10) }))).toEqual(['false'])
  })

  test('judges all claims of success: with exception, at the deadline, and of the goal', async () => {
    const way = { plan: planOf([], { goalClaims: ['claim.host-drained'], contracts: CONTRACTS }), at: 'outcome:x' }
    for (const effect of ['claim.succeeded-with-exception', 'claim.deadline-enforced', 'claim.host-drained'])
      expect(said(await judged([check], { effect, target: { host: 'h1' } }, { receipts: [held], way }))).toEqual([
        'false',
      ])
    expect(
      await judged([check], { effect: 'claim.host-drained', target: { host: 'h1' } }, { receipts: [held], now: at(1) }),
    ).toEqual([])
  })

  test('says nothing at other effects once it was met', async () => {
    expect(await judged([check], uncordon, { receipts: [held, answered(5)], now: at(90) })).toEqual([])
    expect(await judged([check], escalated, { receipts: [] })).toEqual([])
  })

  test('denies any other effect once the bound has passed, and never the act itself', async () => {
    expect(said(await judged([check], uncordon, { receipts: [held], now: at(30) }))).toEqual(['true'])
    expect(said(await judged([check], uncordon, { receipts: [held], now: at(31) }))).toEqual(['false'])
    expect(await judged([check], answer, { receipts: [held], now: at(31) })).toEqual([])
  })

  test('keeps nobody from saying that something went wrong', async () => {
    expect(await judged([check], escalated, { receipts: [held], now: at(90) })).toEqual([])
    expect(await judged([check], escalated, { receipts: 'unreadable' })).toEqual([])
  })

  test('is unknown where the receipts cannot be read, or a time is none', async () => {
    expect(said(await judged([check], succeeded, { receipts: 'unreadable' }))).toEqual(['unknown'])
    expect(said(await judged([check], succeeded, { receipts: [{ ...held, at: 'soon' }, answered(5)] }))).toEqual([
      'unknown',
    ])
  })

  test('lapses where what began it was taken back', async () => {
    expect(await judged([check], succeeded, { receipts: [{ ...held, undone: true }] })).toEqual([])
  })
})
