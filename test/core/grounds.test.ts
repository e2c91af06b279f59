import { expect, test } from 'vitest'
import { block, call, callee, calling, each, lost, newPlan, undo } from './nested.ts'
import { act, after, approve, decide, outcome, planOf, read } from './plans.ts'
import { carry, done, failed, known, owner, unknown, whole } from './recorded.ts'

const judge = decide('judge', { fine: 'health.ok' })
const facts = { owner: [owner(7), owner(8)], health: [known({ ok: true })], next: [known({ ok: true })] }
const roll = act('roll', { when: after('judge', 'fine'), with: { to: { path: ['owner', 'digest'] } } })

test('G25: the grounds of an effect hold the facts that its inputs name, and no others', async () => {
  const run = await carry(planOf([read('look', ['owner', 'health']), judge, roll]), { facts })
  expect(run.performed[0]?.grounds.facts).toEqual({
    owner: expect.objectContaining({
      activity: 'look.owner',
      keyid: 'test',
      signature: 'signed look.owner',
    }) as unknown,
  })
})

test('G25: facts that are named inside a text belong to the grounds', async () => {
  const reason = { text: ['from epoch ', { path: ['owner', 'epoch'] }] }
  const run = await carry(planOf([read('look', ['owner']), act('roll', { with: { reason } })]), { facts })
  expect(Object.keys(run.performed[0]?.grounds.facts ?? {})).toEqual(['owner'])
})

test('G25: the grounds hold, for each decision, the readings on which it was taken, though they were read again since', async () => {
  const run = await carry(planOf([read('look', ['owner', 'health']), judge, read('again', ['health']), roll]), {
    facts,
  })
  const { decisions } = run.performed[0]?.grounds ?? {}
  expect(Object.keys(decisions ?? {})).toEqual(['judge'])
  expect(decisions?.['judge']).toEqual({ health: expect.objectContaining({ activity: 'look.health' }) as unknown })
  expect(run.state.facts['health']).toBeDefined()
})

test('G25: the grounds hold the newest reading of a fact', async () => {
  const run = await carry(planOf([read('look', ['owner', 'health']), judge, read('again', ['owner']), roll]), { facts })
  expect(run.performed[0]?.grounds.facts['owner']).toMatchObject({
    activity: 'again.owner',
    record: { value: { epoch: 8 } },
  })
})

test('G25: a fact that nobody attested, since its own inputs were unknown, is no ground', async () => {
  const reason = { text: ['healthy ', { path: ['next', 'ok'] }] }
  const either = decide('judge', { fine: 'health.ok' })
  const blind = decide('blind', { good: 'next.ok' }, { continueOn: ['good', 'unknown'] })
  const run = await carry(
    planOf([read('look', ['owner', 'health', 'next']), either, blind, act('roll', { with: { reason } })]),
    {
      facts: { ...facts, owner: [unknown('timeout')] },
    },
  )
  expect(run.log).not.toContain('read look.next')
  expect(run.performed[0]?.input).toEqual({ reason: 'healthy (unknown: next.ok)' })
  expect(run.performed[0]?.grounds.facts).toEqual({})
  expect(run.performed[0]?.grounds.decisions['blind']).toEqual({})
})

test('G25: a fact that was read and is unknown stays attested, so that the door sees the same', async () => {
  const reason = { text: ['epoch ', { path: ['owner', 'epoch'] }] }
  const run = await carry(planOf([read('look', ['owner']), act('roll', { with: { reason } })]), {
    facts: { owner: [unknown('timeout')] },
  })
  expect(run.performed[0]?.grounds.facts['owner']).toMatchObject({ signature: 'signed look.owner' })
})

test('G26: the grounds hold the votes that were counted', async () => {
  const run = await carry(planOf([approve('gate', ['lead']), act('roll')]), {
    answers: [
      { user: 'ada', role: 'lead', uncounted: 'ada asked for this run' },
      { user: 'ben', role: 'lead' },
    ],
  })
  expect(run.performed[0]?.grounds.votes.map(({ vote }) => vote.by.user)).toEqual(['ben'])
})

test('what an action returned is an input of later ones', async () => {
  const later = act('later', { with: { epoch: { path: ['roll', 'epoch'] } } })
  const run = await carry(planOf([act('roll'), later]), { effects: { roll: [done({ epoch: 12 })] } })
  expect(run.performed[1]?.input).toEqual({ epoch: 12 })
})

test('G25: what was decided and taken in a block is followed after it as well, that of an item only in the item', async () => {
  const seen = { ...facts, edges: [whole(1, 2)] }
  const inner = { ...act('each'), ...each() }
  const inside = block('inside', [judge, inner], {})
  const plan = newPlan([read('look', ['owner', 'health', 'edges']), inside, act('after')])
  const { performed } = await carry(plan, { facts: seen })
  expect(Object.keys(performed.at(-1)?.grounds.decisions ?? {})).toEqual(['judge'])
  expect(Object.keys(performed.at(-1)?.grounds.lists ?? {})).toEqual(['each'])
  const perEdge = block('outer', [block('inside', [judge]), act('next')], each())
  const items = await carry(newPlan([read('look', ['owner', 'health', 'edges']), perEdge, act('after')]), {
    facts: seen,
  })
  expect(items.performed.map(({ grounds }) => Object.keys(grounds.decisions))).toEqual([['judge.0'], ['judge.1'], []])
})

test('G7: a conflict drops what was decided in a block on the way', async () => {
  const write = act('write', {
    with: { epoch: { path: ['owner', 'epoch'] } },
    premise: { input: 'epoch', fact: 'owner', field: 'epoch', backTo: 'look' },
  })
  const plan = newPlan([read('look', ['owner', 'health']), block('inside', [judge]), write])
  const { performed } = await carry(plan, { facts, effects: { write: [lost, done()] } })
  expect(performed.map(({ grounds }) => grounds.decisions['judge']?.['health']?.activity)).toEqual([
    'look.health',
    'look.health#2',
  ])
})

test('G25: a reading whose input another one gives carries that one along, as it was then', async () => {
  const judged = decide('judged', { fine: 'next.ok' })
  const plan = newPlan([read('look', ['owner', 'next']), read('again', ['owner']), judged, act('roll')])
  const { performed } = await carry(plan, { facts, stepsEach: 1 })
  expect(performed[0]?.grounds.decisions['judged']?.['next']?.from).toMatchObject({ owner: { activity: 'look.owner' } })
})

test('G25: outputs of a callee that rest on a call inside it are followed through both', async () => {
  const outputs = { epoch: { type: { kind: 'epoch' as const }, from: { path: ['owner', 'epoch'] } } }
  const first = callee('first', [read('see', ['owner'])], { outputs, outcomes: [outcome('seen', 'succeeded')] })
  const passed = { epoch: { type: { kind: 'epoch' as const }, from: { path: ['ask', 'epoch'] } } }
  const second = {
    ...callee('second', [call('ask', first)], { outputs: passed, outcomes: [outcome('asked', 'succeeded')] }),
    callees: { first },
  }
  const plan = calling([call('get', second), act('roll', { with: { to: { path: ['get', 'epoch'] } } })], [second])
  const { performed } = await carry(plan, { facts })
  expect(Object.keys(performed[0]?.grounds.lists ?? {})).toContain('get.ask-outputs')
})

test('G3: the grounds hold what the step itself wants to be alone with, when it is done and when it is taken back', async () => {
  const hold = [['owner', 'digest']]
  const plan = newPlan([read('look', ['owner']), act('roll', { hold, undo }), act('last')])
  const { performed } = await carry(plan, { facts, effects: { last: [failed] } })
  expect(performed.map(({ step, grounds }) => [step, Object.keys(grounds.facts)])).toEqual([
    ['roll', ['owner']],
    ['last', []],
    ['roll-undo', ['owner']],
  ])
})
