import { describe, expect, test } from 'vitest'
import { act, after, approve, decide, outcome, read, unsafely } from './plans.ts'
import { block, each, newPlan, undo } from './nested.ts'
import { carry, conflict, denied, done, effectUnknown, failed, known, owner, results, whole } from './recorded.ts'

const facts = { owner: [owner(7), owner(8)], health: [known({ ok: false })], edges: [whole(1, 2)] }
const backTo = {
  action: 'lab.rollback',
  with: { epoch: { path: ['first', 'epoch'] }, was: { path: ['owner', 'epoch'] } },
}
const steps = (run: { performed: readonly { step: string }[] }) => run.performed.map(({ step }) => step)

describe('G24: a run that stops', () => {
  test('takes back what was done, last first, each through the door', async () => {
    const run = await carry(newPlan([act('first', { undo }), act('second'), act('third', { undo }), act('last')]), {
      effects: { last: [failed] },
    })
    expect(steps(run)).toEqual(['first', 'second', 'third', 'last', 'third-undo', 'first-undo'])
    expect(run.performed.map(({ activity }) => activity).slice(-2)).toEqual(['third-undo', 'first-undo'])
    expect(run.performed.at(-1)).toMatchObject({ undo: true, round: 0 })
    expect(run.outcome).toMatchObject({ as: 'failed-safe', left: [{ step: 'second', text: 'second stays' }] })
    expect(run.state.entries.filter(({ kind }) => kind === 'undo')).toHaveLength(2)
  })

  test('goes back to what stood when the step was done, whatever was read since', async () => {
    const plan = newPlan([
      read('look', ['owner']),
      act('first', { undo: backTo }),
      read('again', ['owner']),
      act('last'),
    ])
    const run = await carry(plan, { facts, effects: { first: [done({ epoch: 12 })], last: [failed] } })
    expect(run.performed.at(-1)?.input).toEqual({ epoch: 12, was: 7 })
    expect(run.performed.at(-1)?.grounds.facts['owner']).toMatchObject({ activity: 'look.owner' })
  })

  test('takes back the items of a loop, those inside blocks, and a step whose expectation was overdue', async () => {
    const slow = block('perEdge', [act('roll', { undo })], each())
    const run = await carry(newPlan([read('look', ['edges']), slow, act('last')]), {
      facts,
      effects: { last: [denied('quorum')] },
    })
    expect(steps(run)).toEqual(['roll.0', 'roll.1', 'last', 'roll.1-undo', 'roll.0-undo'])
    expect(run.outcome.as).toBe('blocked')
  })

  test('by a case takes back as well', async () => {
    const judge = decide('judge', { fine: 'health.ok' }, { otherwise: 'sick', continueOn: ['fine'] })
    const run = await carry(newPlan([read('look', ['health']), act('first', { undo }), judge]), { facts })
    expect(steps(run)).toEqual(['first', 'first-undo'])
    expect(run.outcome.as).toBe('succeeded')
  })

  test('by a person takes back as well, though it was cancelled', async () => {
    const run = await carry(newPlan([act('first', { undo }), approve('gate', ['lead'])]), { cancelAt: 'wait gate' })
    expect(steps(run)).toEqual(['first', 'first-undo'])
    expect(run.outcome.as).toBe('aborted')
  })

  test('takes nothing back twice, nor what was never done', async () => {
    const run = await carry(
      newPlan([
        act('first', { undo }),
        act('skipped', { undo, when: after('first', 'denied') }),
        act('last', { undo }),
      ]),
      { effects: { last: [failed] } },
    )
    expect(steps(run)).toEqual(['first', 'last', 'first-undo'])
  })
})

describe('G24: an undo that is denied', () => {
  const plan = (leaves: boolean) => {
    const first = act('first', { undo })
    const said = outcome('named', 'escalated', { when: after('last', 'failed') })
    return newPlan([leaves ? first : unsafely(first), act('last')], { outcomes: [said, outcome('fixed', 'succeeded')] })
  }
  const effects = { last: [failed], 'first-undo': [denied('stop-switch')] }

  test('leaves a run safe where the step says that what stays is safe', async () => {
    const run = await carry(plan(true), { effects })
    expect(run.outcome).toMatchObject({ as: 'failed-safe', left: [{ step: 'first' }], tell: ['platform-on-call'] })
    expect(run.outcome.message).toContain('not taken back: first')
  })

  test('leaves it unsafe otherwise', async () => {
    const run = await carry(plan(false), { effects })
    expect(run.outcome.as).toBe('failed-unsafe')
  })

  test('is said among what stays in force, whether or not somebody called that safe', async () => {
    const safe = await carry(plan(true), { effects })
    expect(safe.outcome.left).toEqual([{ step: 'first', text: 'first stays' }])
    const unsafe = await carry(plan(false), { effects })
    expect(unsafe.outcome.left).toEqual([{ step: 'first', text: 'it was done, and was not taken back' }])
  })

  test('is said before all that stays anyway, of which not everything is listed', async () => {
    const many = whole(...Array.from({ length: 150 }, (_, at) => at))
    const steps = [read('look', ['edges']), { ...act('mark'), ...each() }, act('first', { undo }), act('last')]
    const run = await carry(newPlan(steps), { facts: { edges: [many] }, effects })
    expect(run.outcome.left).toHaveLength(101)
    expect(run.outcome.left[0]?.step).toBe('first')
    expect(run.outcome.left.at(-1)?.text).toBe('and 51 more of this kind')
  })

  test('is no obstacle to those before it', async () => {
    const both = newPlan([act('zero', { undo }), act('first', { undo }), act('last')])
    const run = await carry(both, { effects })
    expect(steps(run).slice(-2)).toEqual(['first-undo', 'zero-undo'])
    expect(run.outcome.left.map(({ step }) => step)).toEqual(['first'])
  })

  test.each([
    ['conflicts', conflict],
    ['fails', failed],
    ['cannot be determined', effectUnknown],
  ])('is like one that %s', async (_how, result) => {
    const run = await carry(plan(false), { effects: { ...effects, 'first-undo': [result] } })
    expect(run.outcome.as).toBe('failed-unsafe')
  })

  test('is like one whose values nobody knows', async () => {
    const first = unsafely(
      act('first', { undo: { action: 'lab.rollback', with: { was: { path: ['owner', 'epoch'] } } } }),
    )
    const run = await carry(newPlan([first, act('last')]), { effects: { last: [failed] } })
    expect(steps(run)).toEqual(['first', 'last'])
    expect(run.outcome.as).toBe('failed-unsafe')
  })
})

test('G24: the end of the list is no stop, and takes nothing back', async () => {
  const run = await carry(newPlan([act('first', { undo }), act('second', { undo })]))
  expect(steps(run)).toEqual(['first', 'second'])
  expect(results(run)).toEqual(['first done', 'second done'])
})
