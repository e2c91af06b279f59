import { describe, expect, test } from 'vitest'
import type { DecideStep } from '../../schemas/plan.ts'
import { act, after, decide, outcome, planOf, read } from './plans.ts'
import { carry, known, owner, results, unknown, whole } from './recorded.ts'
import type { Script } from './recorded.ts'

const facts = { health: [known({ ok: true })], owner: [owner(7)], edges: [whole(6)] }

async function decided(step: DecideStep, script: Script = { facts }) {
  const plan = planOf([
    read('look', ['health', 'owner', 'edges']),
    step,
    act('mend', { when: after(step.id, 'behind') }),
  ])
  const run = await carry(plan, script)
  return { run, result: results(run)[1] }
}

const behind = 'edges.items.exists(e, e.epoch != owner.epoch)'

describe('a decision that picks one', () => {
  test('ends with the only case that is true', async () => {
    const { run, result } = await decided(decide('judge', { sick: 'health.ok == false', behind }))
    expect(result).toBe('judge behind')
    expect(run.log).toContain('do mend')
  })

  test('ends mixed where two cases are true, and stops', async () => {
    const { run, result } = await decided(decide('judge', { fine: 'health.ok', behind }))
    expect(result).toBe('judge mixed')
    expect(run.performed).toEqual([])
  })

  test('ends with `otherwise` where no case is true', async () => {
    const { result } = await decided(decide('judge', { sick: 'health.ok == false' }, { otherwise: 'quiet' }))
    expect(result).toBe('judge quiet')
  })

  test('ends unknown where no case is true and there is no `otherwise`', async () => {
    const { run, result } = await decided(decide('judge', { sick: 'health.ok == false' }))
    expect(result).toBe('judge unknown')
    expect(run.performed).toEqual([])
  })

  test('G10: ends unknown where one case is unknown, though another is true', async () => {
    const { run, result } = await decided(
      decide('judge', { sick: 'health.ok == false', behind }, { otherwise: 'quiet' }),
      {
        facts: { ...facts, health: [unknown('error')] },
      },
    )
    expect(result).toBe('judge unknown')
    expect(run.performed).toEqual([])
  })
})

describe('a decision that picks the first', () => {
  test('ends with the first case that is true, whatever is true or unknown behind it', async () => {
    const step = decide('judge', { behind, fine: 'health.ok' }, { pick: 'first' })
    expect((await decided(step)).result).toBe('judge behind')
    expect((await decided(step, { facts: { ...facts, health: [unknown('error')] } })).result).toBe('judge behind')
  })

  test('G10: ends unknown where a case before the true one is unknown', async () => {
    const step = decide('judge', { fine: 'health.ok', behind }, { pick: 'first', otherwise: 'quiet' })
    expect((await decided(step, { facts: { ...facts, health: [unknown('error')] } })).result).toBe('judge unknown')
  })

  test('ends with `otherwise` where all cases are false', async () => {
    const step = decide('judge', { sick: 'health.ok == false' }, { pick: 'first', otherwise: 'quiet' })
    expect((await decided(step)).result).toBe('judge quiet')
  })
})

describe('the record of a decision', () => {
  test('holds every case with what it said and what it saw', async () => {
    const { run } = await decided(decide('judge', { sick: 'health.ok == false', behind }))
    const entry = run.state.entries.find((candidate) => candidate.kind === 'decision')
    expect(entry).toMatchObject({
      step: 'judge',
      result: 'behind',
      cases: [
        { name: 'sick', says: 'false', observed: { 'health.ok': true } },
        { name: 'behind', says: 'true', observed: { 'edges.items': [{ epoch: 6 }], 'owner.epoch': 7 } },
      ],
    })
  })

  test('says why a case is unknown', async () => {
    const { run } = await decided(decide('judge', { behind }), { facts: { ...facts, edges: [unknown('timeout')] } })
    const entry = run.state.entries.find((candidate) => candidate.kind === 'decision')
    expect(entry).toMatchObject({
      cases: [{ says: 'unknown', observed: { 'edges.items': { unknown: 'edges: timeout: the test says so' } } }],
    })
  })

  test('keeps twenty items of a long list, and says how many there were', async () => {
    const many = whole(...Array.from({ length: 30 }, (_, at) => at))
    const { run } = await decided(decide('judge', { behind }), { facts: { ...facts, edges: [many] } })
    const entry = run.state.entries.find((candidate) => candidate.kind === 'decision')
    const observed = entry?.kind === 'decision' ? entry.cases[0]?.observed['edges.items'] : undefined
    expect(observed).toMatchObject({ items: 30 })
    expect((observed as { first: unknown[] }).first).toHaveLength(20)
  })

  test('a stop by a case takes an outcome of the runbook', async () => {
    const plan = planOf([read('look', ['health']), decide('judge', { fine: 'health.ok' }, { continueOn: [] })], {
      outcomes: [outcome('nothing-to-do', 'deferred', { when: after('judge', 'fine') }), outcome('fixed', 'succeeded')],
    })
    const run = await carry(plan, { facts })
    expect(run.outcome).toMatchObject({ name: 'nothing-to-do', as: 'deferred' })
  })
})
