import { describe, expect, test } from 'vitest'
import type { DoStep } from '../../schemas/plan.ts'
import { act, after, approve, decide, outcome, planOf, read } from './plans.ts'
import { carry, conflict, done, owner, results, unknown } from './recorded.ts'

const premise = { input: 'expectedEpoch', fact: 'owner', field: 'epoch', backTo: 'look' }
const roll = (more: Partial<DoStep> = {}) =>
  act('roll', { when: after('judge', 'own'), with: { expectedEpoch: { path: ['owner', 'epoch'] } }, premise, ...more })
const walk = [read('look', ['owner']), decide('judge', { other: 'owner.operation.known' }, { otherwise: 'own' })]
const facts = { owner: [owner(7), owner(8), owner(9)] }

describe('G7: a conflict', () => {
  test('sends the run back to its readings, and the second try rests on the new value', async () => {
    const run = await carry(planOf([...walk, roll()]), { facts, effects: { roll: [conflict, done()] } })
    expect(run.log).toEqual(['read look.owner', 'do roll', 'read look.owner#2', 'do roll#2', 'claim fixed'])
    expect(run.performed.map(({ round, input }) => ({ round, input }))).toEqual([
      { round: 0, input: { expectedEpoch: 7 } },
      { round: 1, input: { expectedEpoch: 8 } },
    ])
    expect(run.state.entries.filter(({ kind }) => kind === 'conflict')).toMatchObject([
      { step: 'roll', backTo: 'look', round: 1 },
    ])
  })

  test('goes back a bounded number of times, and then stops the run', async () => {
    const run = await carry(planOf([...walk, roll()]), { facts, effects: { roll: [conflict] } })
    expect(run.performed.map(({ round }) => round)).toEqual([0, 1, 2])
    expect(results(run).at(-1)).toBe('roll failed')
    expect(run.outcome).toMatchObject({ as: 'failed-safe', left: [] })
    expect(run.outcome.message).toContain('expected 7, found 8')
  })

  test('without readings to go back to stops the run at once', async () => {
    const { backTo: _backTo, ...nowhere } = premise
    const run = await carry(planOf([...walk, roll({ premise: nowhere })]), { facts, effects: { roll: [conflict] } })
    expect(run.performed).toHaveLength(1)
    expect(run.outcome).toMatchObject({ as: 'failed-safe' })
  })

  test('is no result that a step can go on with', async () => {
    const plan = planOf([...walk, roll({ continueOn: ['done', 'failed'] }), act('more')], { conflictRounds: 0 })
    const run = await carry(plan, { facts, effects: { roll: [conflict] } })
    expect(run.log).not.toContain('do more')
    expect(run.outcome).toMatchObject({ as: 'failed-safe' })
  })

  test('forgets the decisions between: they are taken again, and may go another way', async () => {
    const run = await carry(planOf([...walk, roll()]), {
      facts: { owner: [owner(7), owner(8, { operation: 'op-1' })] },
      effects: { roll: [conflict] },
    })
    expect(results(run)).toEqual(['look done', 'judge own', 'look done', 'judge other', 'roll skipped'])
    expect(run.state.steps.find(({ id }) => id === 'roll')).toMatchObject({ status: 'skipped' })
  })

  test('asks people again, and takes no earlier vote with it', async () => {
    const gate = approve('gate', ['lead'])
    const run = await carry(planOf([...walk, gate, roll()]), {
      facts,
      effects: { roll: [conflict, done()] },
      answers: [{ user: 'ben', role: 'lead' }],
    })
    expect(run.asked.map(({ time }) => time)).toEqual([1, 2])
    expect(run.performed[1]?.grounds.votes.map(({ vote }) => vote.factsDigest)).toEqual(['facts-2'])
  })

  test('forgets what came of steps that the second round does not reach', async () => {
    const approved = outcome('approved', 'deferred', { when: after('gate', 'done') })
    const plan = planOf([...walk, approve('gate', ['lead']), roll()], {
      outcomes: [approved, outcome('unclear', 'escalated')],
    })
    const run = await carry(plan, {
      facts: { owner: [owner(7), unknown('timeout')] },
      effects: { roll: [conflict] },
      answers: [{ user: 'ben', role: 'lead' }],
    })
    expect(results(run)).toEqual(['look done', 'judge own', 'gate done', 'look done', 'judge unknown'])
    expect(run.outcome).toMatchObject({ name: 'unclear' })
    expect(run.state.steps.find(({ id }) => id === 'gate')).toEqual({ id: 'gate', kind: 'approve', status: 'pending' })
  })

  test('forgets what came of steps that the second round skips', async () => {
    const closer = decide('closer', { near: 'owner.epoch == owner.epoch' }, { when: after('judge', 'own') })
    const always = roll({ when: [] })
    const say = { text: ['case ', { path: ['closer'] }] }
    const run = await carry(planOf([...walk, closer, always], { outcomes: [outcome('fixed', 'succeeded', { say })] }), {
      facts: { owner: [owner(7), owner(8, { operation: 'op-1' })] },
      effects: { roll: [conflict, done()] },
    })
    expect(run.performed.map(({ grounds }) => Object.keys(grounds.decisions))).toEqual([['judge', 'closer'], ['judge']])
    expect(run.outcome.message).toBe('case (unknown: closer)')
  })

  test('keeps the votes of questions that are not asked again', async () => {
    const run = await carry(planOf([approve('gate', ['lead']), ...walk, roll()]), {
      facts,
      effects: { roll: [conflict, done()] },
      answers: [{ user: 'ben', role: 'lead' }],
    })
    expect(run.asked).toHaveLength(1)
    expect(run.performed[1]?.grounds.votes.map(({ vote }) => vote.step)).toEqual(['gate'])
  })
})
