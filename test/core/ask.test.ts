import { describe, expect, test } from 'vitest'
import { act, after, approve, read } from './plans.ts'
import { ask, lost, newPlan } from './nested.ts'
import { carry, denial, done, owner, results } from './recorded.ts'

const choose = (user: string, option: string, role = 'lead') => ({ user, role, decision: 'choose' as const, option })
const question = ask('which', { repair: ['route.rollback'], rebuild: ['artifact.build'], nothing: [] })
const plan = newPlan([question, act('last', { when: after('which', 'repair') })])

describe('a question with options', () => {
  test('ends with the option that was chosen', async () => {
    const run = await carry(plan, { answers: [choose('ben', 'repair')] })
    expect(results(run)).toEqual(['which repair', 'last done'])
    expect(run.asked[0]).toMatchObject({
      kind: 'ask',
      choices: [
        { name: 'repair', effects: ['route.rollback'] },
        { name: 'rebuild', effects: ['artifact.build'] },
        { name: 'nothing', effects: [] },
      ],
    })
  })

  test('G22: offers no option whose effects the rules forbid', async () => {
    const run = await carry(plan, { forbidden: { rebuild: denial('no-rebuild') }, answers: [choose('ben', 'rebuild')] })
    expect(run.log[0]).toBe('options which')
    expect(run.asked[0]?.choices?.map(({ name }) => name)).toEqual(['repair', 'nothing'])
    expect(results(run)).toEqual(['which timed-out'])
  })

  test('G22: is denied, and nobody is asked, where no option is left', async () => {
    const only = newPlan([ask('which', { rebuild: ['artifact.build'] })])
    const run = await carry(only, { forbidden: { rebuild: denial('no-rebuild') } })
    expect(run.asked).toEqual([])
    expect(results(run)).toEqual(['which denied'])
    expect(run.outcome.denial?.rule).toBe('no-rebuild')
  })

  test('asks the door nothing where no option asks for an effect', async () => {
    const run = await carry(newPlan([ask('which', { yes: [], no: [] })]), { answers: [choose('ben', 'no')] })
    expect(run.log).not.toContain('options which')
    expect(results(run)).toEqual(['which no'])
  })

  test('is answered once all roles choose the same; the newest choice of each person counts', async () => {
    const both = newPlan([{ ...question, who: ['lead', 'owner'] }])
    const answers = [choose('ben', 'repair'), choose('eva', 'nothing', 'owner'), choose('ben', 'nothing')]
    const run = await carry(both, { answers })
    expect(results(run)).toEqual(['which nothing'])
    expect((await carry(both, { answers: answers.slice(0, 2) })).outcome.as).toBe('aborted')
  })

  test('is in sight while it is open, with its options, and several can be at once', async () => {
    const run = await carry(plan, { answers: [choose('ben', 'repair')] })
    expect(run.state.questions).toBeUndefined()
    expect(run.state.entries).toContainEqual(expect.objectContaining({ kind: 'asked', step: 'which', question: 'ask' }))
  })
})

describe('M of N: a role that is named twice', () => {
  const two = newPlan([approve('gate', ['lead', 'lead']), act('last')])

  test('G26: needs two people', async () => {
    const run = await carry(two, {
      answers: [
        { user: 'ben', role: 'lead' },
        { user: 'eva', role: 'lead' },
      ],
    })
    expect(results(run)).toEqual(['gate done', 'last done'])
  })

  test('G26: is not answered by one person twice', async () => {
    const run = await carry(two, {
      answers: [
        { user: 'ben', role: 'lead' },
        { user: 'ben', role: 'lead' },
      ],
    })
    expect(results(run)).toEqual(['gate timed-out'])
  })
})

describe('a run that only proposes', () => {
  const facts = { owner: [owner(7)] }
  const alert = { kind: 'alert', occurrence: 'a|b', alert: {}, warnings: [], mode: 'propose' } as const
  const acting = newPlan([read('look', ['owner']), act('first'), act('second')])

  test('G39: waits for the owner before its first act, and for nobody after it', async () => {
    const run = await carry(acting, { facts, answers: [{ user: 'ben', role: 'platform-on-call' }] }, alert)
    expect(run.log).toEqual(['read look.owner', 'ask first', 'wait first', 'do first', 'do second', 'claim fixed'])
    expect(run.performed[1]?.grounds.votes.map(({ vote }) => vote.step)).toEqual(['first'])
  })

  test('G39: asks once, though a conflict sends it back', async () => {
    const premise = { input: 'epoch', fact: 'owner', field: 'epoch', backTo: 'look' }
    const again = newPlan([read('look', ['owner']), act('first', { premise })])
    const effects = { first: [lost, done()] }
    const run = await carry(again, { facts, effects, answers: [{ user: 'ben', role: 'platform-on-call' }] }, alert)
    expect(run.asked).toHaveLength(1)
    expect(run.performed.map(({ grounds }) => grounds.votes.length)).toEqual([1, 1])
  })

  test('G39: does nothing where nobody agrees', async () => {
    const run = await carry(acting, { facts }, alert)
    expect(run.performed).toEqual([])
    expect(run.outcome).toMatchObject({ as: 'blocked', denial: { by: 'mode' } })
    const rejected = await carry(
      acting,
      { facts, answers: [{ user: 'ben', role: 'platform-on-call', decision: 'reject' }] },
      alert,
    )
    expect(rejected.performed).toEqual([])
  })
})
