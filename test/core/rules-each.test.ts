import { describe, expect, test } from 'vitest'
import { applyOverrides, denialOf, heldBy, resourcesOf } from '../../engine/core/rules.ts'
import type { JudgedVerdict } from '../../engine/core/rules.ts'
import type { RequireCheck, RulePlan } from '../../schemas/plan.ts'
import type { SignedVote, Vote } from '../../schemas/vote.ts'
import { planOf } from './plans.ts'
import { unknown } from './recorded.ts'
import { at, group, groups, judged, predicate, receipt, ruleOf, said, seenIn, SOURCE } from './rules-practice.ts'

const drain = { effect: 'host.drain', target: { host: 'h1' } }
const settled = predicate('source.settled', 'host.drain', { source: SOURCE })
const each: RequireCheck = {
  form: 'require',
  guards: ['host.drain'],
  require: [settled],
  each: { item: 'source', list: ['sources', 'items'], itemType: SOURCE },
}
const waivable: RulePlan['overridable'] = {
  when: predicate('source.waived', 'host.drain', { source: SOURCE }),
  who: 'data-owner',
}
const open = group('orders', { settled: false, waived: true })
const firm = group('mails', { settled: false })

describe('G20: form 1 with `each`', () => {
  test('has a verdict for every item', async () => {
    const found = await judged([each], drain, { facts: { sources: groups(group('a'), open) } })
    expect(found.map(({ item, says }) => [item, says])).toEqual([
      ['a', 'true'],
      ['orders', 'false'],
    ])
  })

  test('is unknown where the list, or a field of an item, is', async () => {
    const broken = { ...group('a'), settled: null }
    expect(said(await judged([each], drain, { facts: { sources: unknown('error') } }))).toEqual(['unknown'])
    const found = await judged([each], drain, { facts: { sources: groups(broken, group('b')) } })
    expect(said(found)).toEqual(['unknown', 'true'])
  })
})

describe('G15: run', () => {
  const check = (cel: string): RequireCheck => ({
    form: 'require',
    guards: ['host.drain'],
    require: [predicate(cel, 'host.drain')],
  })
  const reboot = receipt('host.reboot', { host: 'h9' }, { approved: true, step: 'again' })

  test.each([
    ["run.effects.of('host.reboot').all(e, e.approved && e.status == 'done')", 'true'],
    ["run.effects.of('capacity.remove').exists(e, e.effect == 'host.reboot' && e.step == 'again')", 'true'],
    ["run.effects.of('capacity.remove').exists(e, e.undone)", 'false'],
    ["run.effects.of('host.drain').size() == 0", 'true'],
    ['run.effects.size() == 1', 'true'],
    ["run.subjects.exists(s, s == 'host/h9') && run.subjects.exists(s, s == 'host/h1')", 'true'],
    ["run.subjects.exists(s, s == 'app/checkout')", 'true'],
    ["run.subjects.exists(s, s == 'host/h2')", 'false'],
  ])('`%s` is %s', async (cel, says) => {
    expect(said(await judged([check(cel)], drain, { receipts: [reboot] }))).toEqual([says])
    expect(said(await judged([check(cel)], drain, { receipts: 'unreadable' }))).toEqual(['unknown'])
  })
})

describe('G26: overriding', () => {
  const rule = ruleOf([each], { overridable: waivable })
  const run = { id: 'run-1', now: at(60) }
  const vote = (item: string | undefined, more: Partial<Vote> = {}): SignedVote => {
    const overrides = item === undefined ? { rule: 'keep-it' } : { rule: 'keep-it', item }
    const frame = { type: 'runproof.vote.v1', planDigest: '', factsDigest: '', nonce: '', votedAt: at(50) } as const
    const who = { role: 'data-owner', by: { user: 'eve', host: 'h', assurance: 'signed' } } as const
    const said = { runId: 'run-1', step: 'drain', decision: 'override', reason: 'agreed', expiresAt: at(61) } as const
    return { vote: { ...frame, ...who, ...said, overrides, ...more }, keyid: '', signature: '' }
  }
  const verdicts = async (...items: ReturnType<typeof group>[]) =>
    judged(rule, drain, { facts: { sources: groups(...items) } })
  const denial = (found: readonly JudgedVerdict[]) => denialOf(found, [rule])

  test('is offered for each item for which the rule’s own condition holds', async () => {
    const found = await verdicts(open, group('a'), group('b', { settled: false, waived: true }))
    expect(denial(found)?.overridable).toEqual([
      { rule: 'keep-it', who: 'data-owner', item: 'orders' },
      { rule: 'keep-it', who: 'data-owner', item: 'b' },
    ])
  })

  test('is not offered where something else denies that nobody may override', async () => {
    expect(denial(await verdicts(open, firm))).toMatchObject({ rule: 'keep-it' })
    expect(denial(await verdicts(open, firm))).not.toHaveProperty('overridable')
  })

  test('covers the item that it names, and lets the effect pass when all are covered', async () => {
    const found = await verdicts(open, group('b', { settled: false, waived: true }))
    const one = applyOverrides(found, [vote('orders')], run)
    expect(one[0]).toMatchObject({ says: 'false', overriddenBy: { user: 'eve', reason: 'agreed', expiresAt: at(61) } })
    expect(denial(one)?.overridable).toEqual([{ rule: 'keep-it', who: 'data-owner', item: 'b' }])
    expect(denial(applyOverrides(found, [vote('orders'), vote('b')], run))).toBeUndefined()
  })

  test.each<[string, SignedVote]>([
    ['expired', vote('orders', { expiresAt: at(60) })],
    ['without an expiry', { ...vote('orders'), vote: withoutExpiry(vote('orders').vote) }],
    ['without a reason', vote('orders', { reason: ' ' })],
    ['of another run', vote('orders', { runId: 'run-2' })],
    ['by another role', vote('orders', { role: 'fleet' })],
    ['for another item', vote('mails')],
    ['for no item', vote(undefined)],
    ['for another rule', vote('orders', { overrides: { rule: 'other', item: 'orders' } })],
    ['that is an approval', vote('orders', { decision: 'approve' })],
  ])('a vote %s covers nothing', async (_name, wrong) => {
    const found = await verdicts(open)
    expect(applyOverrides(found, [wrong], run)).toEqual(found)
  })

  test('a rule that is never overridable stays denied, whoever votes', async () => {
    const found = await judged(ruleOf([each]), drain, { facts: { sources: groups(open) } })
    expect(denialOf(applyOverrides(found, [vote('orders')], run), [rule])).toMatchObject({ rule: 'keep-it' })
  })

  test('is offered for what is unknown too, while the condition for it is known', async () => {
    const found = await verdicts({ ...open, settled: null })
    expect(found).toMatchObject([{ says: 'unknown', overridableBy: 'data-owner' }])
    expect(denial(applyOverrides(found, [vote('orders')], run))).toBeUndefined()
  })

  test('is not possible while the condition for it is unknown', async () => {
    const found = await verdicts({ ...open, waived: null })
    expect(found).toMatchObject([{ says: 'false' }])
    expect(found[0]).not.toHaveProperty('overridableBy')
  })
})

function withoutExpiry({ expiresAt: _gone, ...vote }: Vote): Vote {
  return vote
}

describe('G3: what a rule holds', () => {
  const holding = (...hold: string[][]): RequireCheck => ({ ...each, hold })
  const bound = (check: RequireCheck) => ({ rule: ruleOf([check]), policy: planOf([]).policy })

  test('are the ids at its paths, and of the objects in its lists, by type, sorted, once each', async () => {
    const check = holding(['sources', 'items'], ['target', 'host'], ['sources', 'items'])
    const seen = seenIn({ facts: { sources: groups(group('orders'), group('mails')) } })
    expect(await heldBy(bound(check), drain, seen)).toEqual({
      resources: ['host/h1', 'source/mails', 'source/orders'],
    })
    expect(seen.asked).toEqual(['sources {}'])
  })

  test('are unknown where a path is, and none where the rule guards another effect', async () => {
    const check = holding(['groups', 'items'])
    const facts = { groups: groups() }
    expect(await heldBy(bound(check), drain, seenIn({ facts }))).toHaveProperty('unknown')
    const other = { effect: 'host.uncordon', target: { host: 'h1' } }
    expect(await heldBy(bound(check), other, seenIn({ facts }))).toEqual({ resources: [] })
  })

  test('are unknown where one of several objects has no id', async () => {
    const facts = { sources: groups(group('orders'), { ...group('mails'), id: null }) }
    expect(await heldBy(bound(holding(['sources', 'items'])), drain, seenIn({ facts }))).toHaveProperty('unknown')
  })

  test('are unknown where an object has no id', () => {
    const scope = { types: { sources: SOURCE }, values: { sources: { settled: true } }, facts: {}, records: {} }
    expect(resourcesOf([['sources']], scope)).toHaveProperty('unknown')
  })
})
