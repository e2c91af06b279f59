import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EffectResult, Trigger } from '../../schemas/run.ts'
import { act, after, approve, decide, expecting, outcome, read } from './plans.ts'
import { ask, block, call, callee, calling, each, lost, newPlan, undo } from './nested.ts'
import { carry, denial, done, failed, known, owner, results, whole } from './recorded.ts'
import type { Script } from './recorded.ts'

const facts = { edges: [whole(1, 2, 3)], owner: [owner(7)], health: [known({ ok: false }), known({ ok: true })] }
const slow = expecting(['health'], 'health.ok', { withinMs: 5_000 })
const drain = callee('drain', [act('cordon', { undo }), approve('gate', ['lead']), act('evict', { undo })], {
  outcomes: [outcome('drained', 'succeeded')],
})
const said = { user: 'ben', role: 'lead' }

/** Everything that a run can be in the middle of. */
const plan = calling(
  [
    read('look', ['edges', 'owner', 'health']),
    act('first', { undo, expect: slow }),
    block('perEdge', [act('roll', { undo }), approve('may', ['lead'])], each(undefined, 2)),
    call('empty', drain, { ...each(undefined, 2), continueOn: ['done'] }),
    ask('which', { repair: ['route.rollback'], nothing: [] }),
    act('last', { undo }),
  ],
  [drain],
)
const script: Script = { facts, answers: [said, { ...said, decision: 'choose', option: 'repair' }] }

describe('a run that is cancelled', () => {
  test('at whichever moment: takes back what was done, once each, and says so', async () => {
    const { log, outcome: all, state } = await carry(plan, { ...script, answersTo: { which: [CHOICE] } })
    expect(all.as, JSON.stringify(state.entries.slice(-8))).toBe('succeeded')
    expect(log.length).toBeGreaterThan(30)
    for (const cancelAt of new Set(log)) {
      for (const stepsEach of [Infinity, 1, 3]) await expectTakenBack({ cancelAt, stepsEach })
    }
  })

  test('while it takes back: goes on taking back', async () => {
    const stops: Script = { ...script, answersTo: { which: [CHOICE] }, effects: { last: [failed] } }
    const { log } = await carry(plan, stops)
    const undone = log.filter((line) => line.endsWith('-undo'))
    expect(undone).toHaveLength(10)
    for (const cancelAt of undone) expect((await carry(plan, { ...stops, cancelAt })).log).toEqual(log)
  })
})

const CHOICE = { ...said, decision: 'choose', option: 'repair' } as const

async function expectTakenBack(how: { cancelAt: string; stepsEach: number }): Promise<void> {
  const run = await carry(plan, { ...script, answersTo: { which: [CHOICE] }, ...how })
  const done = run.state.entries.flatMap((entry) =>
    entry.kind === 'effect' && entry.result.status === 'done' ? [entry.step] : [],
  )
  const undone = run.performed.filter((one) => one.undo === true).map(({ step }) => step.replace(/-undo$/, ''))
  const about = JSON.stringify(how)
  if (how.cancelAt === 'claim fixed') return expect(run.outcome.as, about).toBe('succeeded')
  expect(run.outcome.as, about).toBe('aborted')
  expect([...undone].sort(), about).toEqual([...done].sort())
  expect(run.state.questions, about).toBeUndefined()
  expect(
    run.state.steps.filter(({ status }) => status === 'running' || status === 'waiting'),
    about,
  ).toEqual([])
  expect(run.closed, about).toBe(new Set(run.asked.map(({ step, time }) => `${step} ${time}`)).size)
}

describe('G7: a conflict', () => {
  const again = read('again', ['owner'])
  const write = act('write', {
    with: { epoch: { path: ['owner', 'epoch'] } },
    premise: { input: 'epoch', fact: 'owner', field: 'epoch', backTo: 'again' },
  })
  const owners = Array.from({ length: 20 }, (_, at) => owner(7 + at))

  test.each([1, 2, 3])('of several items at once sends each back for itself, %i at once', async (atOnce) => {
    const perEdge = block('perEdge', [again, approve('may', ['lead']), write], each(undefined, atOnce))
    const effects = { 'write.0': [lost, done()], 'write.1': [lost, lost, done()], 'write.2': [done()] }
    for (const stepsEach of [Infinity, 1, 2]) {
      const run = await carry(newPlan([read('look', ['edges']), perEdge]), {
        ...{ facts: { ...facts, owner: owners }, effects, answers: [said], stepsEach },
      })
      const times = (step: string) => run.performed.filter((one) => one.step === step).map(({ round }) => round)
      expect([times('write.0'), times('write.1'), times('write.2')]).toEqual([[0, 1], [0, 1, 2], [0]])
      expect(run.asked.filter(({ step }) => step === 'may.1').map(({ time }) => time)).toEqual([1, 2, 3])
      // Asked anew, on new facts: the answer of before does not stand.
      for (const { step, grounds } of run.performed)
        expect(grounds.votes.filter(({ vote }) => vote.step === step.replace('write', 'may'))).toHaveLength(1)
      expect(run.outcome.as).toBe('succeeded')
    }
  })

  test('for which no round is left stops its loop, and only once', async () => {
    const perEdge = block('perEdge', [again, write], each(undefined, 3))
    const run = await carry(newPlan([read('look', ['edges']), perEdge]), {
      ...{ facts: { ...facts, owner: owners }, effects: { 'write.1': [lost] }, stepsEach: 1 },
    })
    expect(run.performed.filter(({ step }) => step === 'write.1')).toHaveLength(3)
    expect(results(run).at(-1)).toBe('perEdge failed')
    expect(run.outcome.as).toBe('failed-safe')
  })
})

describe('an answer that comes late', () => {
  test('with the last moment still counts; after it, none does', async () => {
    const gate = approve('gate', ['lead', 'duty'], { withinMs: 10_000 })
    const never = { user: 'eva', role: 'duty' }
    const run = await carry(newPlan([gate, act('last')]), { answers: [said] })
    expect(results(run)).toEqual(['gate timed-out'])
    const both = await carry(newPlan([gate, act('last')]), { answers: [said, never] })
    expect(results(both)).toEqual(['gate done', 'last done'])
  })
})

describe('G39: a run that proposes and does several things at once', () => {
  const propose: Trigger = { kind: 'alert', occurrence: 'a|b', alert: {}, warnings: [], mode: 'propose' }

  test('does nothing of it before somebody has agreed', async () => {
    const perEdge = { ...act('roll'), ...each(undefined, 3) }
    const run = await carry(newPlan([read('look', ['edges']), perEdge]), { facts, answers: [] }, propose)
    expect(run.performed).toEqual([])
    expect(run.asked).toHaveLength(1)
    expect(run.outcome.as).toBe('blocked')
  })

  test.each([Infinity, 1, 2, 3])(
    'asks once for all of it, also where it moves meanwhile: %d steps each',
    async (stepsEach) => {
      const perEdge = block('perEdge', [read('again', ['owner']), act('roll')], each(undefined, 3))
      const answers = [
        { ...said, role: 'guest', uncounted: 'no' },
        { ...said, role: 'platform-on-call' },
      ]
      const run = await carry(
        newPlan([read('look', ['edges']), perEdge, act('last')]),
        { facts, answers, stepsEach },
        propose,
      )
      expect(run.asked).toHaveLength(1)
      expect(run.performed.map(({ step }) => step).sort()).toEqual(['last', 'roll.0', 'roll.1', 'roll.2'])
      expect(run.performed.map(({ grounds }) => grounds.votes.length)).toEqual([1, 1, 1, 1])
      expect(run.outcome.as).toBe('succeeded')
    },
  )

  test('ends as a whole where it is cancelled while it proposes', async () => {
    const plan = newPlan([read('look', ['edges']), { ...act('roll'), ...each(undefined, 3) }])
    for (const stepsEach of [Infinity, 2]) {
      const run = await carry(plan, { facts, cancelAt: 'wait roll.0', stepsEach }, propose)
      expect(run.performed).toEqual([])
      expect(run.outcome.as).toBe('aborted')
    }
  })
})

test('however a run is cancelled and moves, nothing is done twice and everything is taken back', async () => {
  const decided = decide('judge', { fine: 'health.ok' }, { otherwise: 'sick' })
  const inner = block(
    'inner',
    [decided, act('roll', { undo, when: after('judge', 'fine', 'sick') })],
    each(undefined, 3),
  )
  const open: EffectResult = {
    status: 'denied',
    denial: { ...denial('a-rule'), overridable: [{ rule: 'a-rule', who: 'lead' }] },
    evidence: {},
  }
  const override = { ...said, decision: 'override', overrides: { rule: 'a-rule' } } as const
  const steps = [read('look', ['edges', 'health']), inner, act('risky', { undo, expect: slow }), act('last', { undo })]
  const scripted: Script = { facts, effects: { risky: [open, done()] }, answers: [override] }
  const { log } = await carry(newPlan(steps), scripted)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...log), fc.integer({ min: 1, max: 6 }), async (cancelAt, stepsEach) => {
      const run = await carry(newPlan(steps), { ...scripted, cancelAt, stepsEach })
      const ids = run.performed.map(({ activity }) => activity)
      expect(new Set(ids).size).toBe(ids.length)
      if (!cancelAt.startsWith('claim')) expect(run.outcome).toMatchObject({ as: 'aborted', left: [] })
    }),
    { numRuns: 150 },
  )
})
