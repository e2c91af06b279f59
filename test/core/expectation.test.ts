import { describe, expect, test } from 'vitest'
import { variablesOf } from '../../engine/core/variables.ts'
import { act, expecting, planOf, read, says } from './plans.ts'
import { carry, done, failed, known, owner, results, unknown, whole } from './recorded.ts'

const ok = known({ ok: true })
const sick = known({ ok: false })
const slept = (log: readonly string[]) => log.filter((line) => line.startsWith('sleep')).length

describe('an expectation', () => {
  test('that holds at once ends without waiting', async () => {
    const run = await carry(planOf([read('look', ['health'], { expect: expecting(['health'], 'health.ok') })]), {
      facts: { health: [ok] },
    })
    expect(run.log).toEqual(['read look.health', 'claim fixed'])
  })

  test('reads its facts again until it holds', async () => {
    const run = await carry(planOf([read('look', ['health'], { expect: expecting(['health'], 'health.ok') })]), {
      facts: { health: [sick, unknown('error'), ok] },
    })
    expect(results(run)).toEqual(['look done'])
    expect(slept(run.log)).toBe(2)
    expect(run.state.entries.find(({ kind }) => kind === 'expectation')).toMatchObject({
      holds: 'true',
      rounds: 3,
      activities: ['look.health#3'],
    })
  })

  test('is overdue when its time is over, and the run stops failed-safe', async () => {
    const plan = planOf([read('look', ['health'], { expect: expecting(['health'], 'health.ok', { withinMs: 3_500 }) })])
    const run = await carry(plan, { facts: { health: [sick] } })
    expect(results(run)).toEqual(['look timed-out'])
    expect(run.log.filter((line) => line.startsWith('sleep'))).toEqual([
      'sleep 1000',
      'sleep 1000',
      'sleep 1000',
      'sleep 500',
    ])
    expect(run.outcome).toMatchObject({ as: 'failed-safe' })
  })

  test('is overdue where its fact stays unknown: unknown is never true', async () => {
    const run = await carry(planOf([read('look', ['health'], { expect: expecting(['health'], 'health.ok') })]), {
      facts: { health: [unknown('stale')] },
    })
    expect(results(run)).toEqual(['look timed-out'])
    expect(run.state.entries.find(({ kind }) => kind === 'expectation')).toMatchObject({ holds: 'unknown' })
  })

  test('must hold for as long as it says', async () => {
    const expect_ = expecting(['health'], 'health.ok', { holdsForMs: 3_000 })
    const run = await carry(planOf([read('look', ['health'], { expect: expect_ })]), { facts: { health: [ok] } })
    expect(results(run)).toEqual(['look done'])
    expect(slept(run.log)).toBe(3)
  })

  test.each([
    ['an unknown reading', unknown('timeout')],
    ['a false reading', sick],
  ])('begins to count again after %s', async (_name, gap) => {
    const expect_ = expecting(['health'], 'health.ok', { holdsForMs: 3_000 })
    const run = await carry(planOf([read('look', ['health'], { expect: expect_ })]), {
      facts: { health: [ok, ok, gap, ok] },
    })
    expect(results(run)).toEqual(['look done'])
    expect(slept(run.log)).toBe(6)
  })

  test('that held, but not long enough before its time was over, is overdue', async () => {
    const expect_ = expecting(['health'], 'health.ok', { holdsForMs: 3_000, withinMs: 4_000 })
    const run = await carry(planOf([read('look', ['health'], { expect: expect_ })]), {
      facts: { health: [sick, sick, ok] },
    })
    expect(results(run)).toEqual(['look timed-out'])
    expect(run.state.entries.find(({ kind }) => kind === 'expectation')).toMatchObject({ holds: 'true' })
  })
})

describe('the expectation of an effect', () => {
  const converged = 'edges.items.all(e, e.epoch == mend.epoch)'
  const waiting = expecting(['edges'], 'edges.items.all(e, e.epoch > owner.epoch)')

  test('compares what is read again with the value on which the decision rested', async () => {
    const run = await carry(planOf([read('look', ['owner']), act('mend', { expect: waiting })]), {
      facts: { owner: [owner(7), owner(9)], edges: [whole(7, 8), whole(8, 8)] },
    })
    expect(run.log.filter((line) => line.startsWith('read'))).toEqual([
      'read look.owner',
      'read mend.edges',
      'read mend.edges#2',
    ])
    expect(results(run)).toEqual(['look done', 'mend done'])
  })

  test('can name what the effect returned', async () => {
    const predicate = says(converged, variablesOf(planOf([act('mend')])))
    const run = await carry(planOf([act('mend', { expect: { ...waiting, predicate } })]), {
      facts: { edges: [whole(7, 12), whole(12, 12)] },
      effects: { mend: [done({ epoch: 12 })] },
    })
    expect(results(run)).toEqual(['mend done'])
    expect(slept(run.log)).toBe(1)
  })

  test('G12: is not met by an empty list, which is unknown', async () => {
    const run = await carry(planOf([read('look', ['owner']), act('mend', { expect: waiting })]), {
      facts: { owner: [owner(7)], edges: [whole()] },
    })
    expect(results(run)).toEqual(['look done', 'mend timed-out'])
    expect(run.outcome).toMatchObject({ as: 'failed-safe', left: [{ step: 'mend' }] })
  })

  test('is not asked where the effect did not happen', async () => {
    const run = await carry(planOf([read('look', ['owner']), act('mend', { expect: waiting })]), {
      facts: { owner: [owner(7)] },
      effects: { mend: [failed] },
    })
    expect(run.log).not.toContain('read mend.edges')
  })
})
