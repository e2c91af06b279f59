import { expect, test } from 'vitest'
import { act, after, approve, decide, planOf, read } from './plans.ts'
import { carry, done, known, owner, unknown } from './recorded.ts'

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
