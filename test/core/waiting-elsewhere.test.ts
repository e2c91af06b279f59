import { describe, expect, test } from 'vitest'
import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import { Elsewhere } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import { SNAPSHOT_VERSION, UnknownSnapshot, restoreRun, snapshotOf } from '../../engine/core/snapshot.ts'
import { lookAgain } from '../../engine/core/wait.ts'
import type { RulePlan } from '../../schemas/plan.ts'
import type { EffectResult, Trigger } from '../../schemas/run.ts'
import { ask, block, call, callee, calling, each, newPlan, undo } from './nested.ts'
import { act, after, approve, decide, expecting, outcome, read, says } from './plans.ts'
import { ADMISSION, Recorder, carry, denial, done, failed, known, owner, results, whole } from './recorded.ts'
import type { Script } from './recorded.ts'

const look = read('look', ['edges', 'owner', 'health'])
const facts = { edges: [whole(1, 2, 3)], owner: [owner(2)], health: [known({ ok: true })] }
const slow = expecting(['health'], 'health.ok', { withinMs: 60_000, everyMs: 10_000 })
const never = { ...facts, health: [known({ ok: false })] }
const vote = (user: string, role = 'lead') => ({ user, role })
const at = (run: Awaited<ReturnType<typeof carry>>, step: string) =>
  Date.parse(run.state.entries.find((entry) => entry.kind === 'step' && entry.step === step)?.at ?? '')

/** Each execution rests once, or begins one step. */
const often = (script: Script): Script => ({ ...script, stepsEach: 1 })

describe('a step that waits while the run goes on in another execution', () => {
  test('is asked once, and an answer that was given before counts after', async () => {
    const plan = newPlan([approve('gate', ['lead', 'duty'], { withinMs: 50_000 }), act('last')])
    const run = await carry(plan, often({ answers: [vote('ben'), vote('eva', 'duty')] }))
    expect(run.moves).toBeGreaterThan(1)
    expect(run.asked).toHaveLength(1)
    expect(run.closed).toBe(1)
    expect(results(run)).toEqual(['gate done', 'last done'])
    expect(run.performed[0]?.grounds.votes.map(({ vote: { by } }) => by.user)).toEqual(['ben', 'eva'])
  })

  test('counts one person for one role, also across executions', async () => {
    const plan = newPlan([approve('gate', ['lead', 'duty'], { withinMs: 50_000 })])
    const run = await carry(plan, often({ answers: [vote('ben'), vote('ben', 'duty')] }))
    expect(results(run)).toEqual(['gate timed-out'])
    expect(run.state.entries).toContainEqual(expect.objectContaining({ kind: 'vote', counted: false }))
  })

  test('ends when it would have ended', async () => {
    const people = newPlan([approve('gate', ['lead'], { withinMs: 50_000 })])
    const facing = newPlan([read('wait', ['health'], { expect: slow })])
    for (const [plan, step] of [[people, 'gate'] as const, [facing, 'wait'] as const]) {
      const [inOne, inMany] = [await carry(plan, { facts: never }), await carry(plan, often({ facts: never }))]
      expect(inMany.moves).toBeGreaterThan(0)
      expect(results(inMany)).toEqual([`${step} timed-out`])
      expect(at(inMany, step)).toBe(at(inOne, step))
    }
  })

  test('goes on holding: what has held before the move is not forgotten, and a break is one', async () => {
    const held = expecting(['health'], 'health.ok', { withinMs: 60_000, everyMs: 1_000, holdsForMs: 3_000 })
    const plan = newPlan([read('wait', ['health'], { expect: held })])
    const ok = known({ ok: true })
    const health = [ok, ok, known({ ok: false }), ok]
    const [inOne, inMany] = [await carry(plan, { facts: { health } }), await carry(plan, often({ facts: { health } }))]
    expect(inMany.state.entries).toEqual(inOne.state.entries)
    expect(inMany.log.filter((line) => line.startsWith('read'))).toHaveLength(7)
  })

  test('does its effect once, and waits for what it brings', async () => {
    const plan = newPlan([act('roll', { expect: slow, undo }), act('last')])
    const health = [known({ ok: false }), known({ ok: false }), known({ ok: true })]
    const already: EffectResult = { ...(done() as EffectResult & { status: 'done' }), status: 'already-done' }
    const run = await carry(plan, often({ facts: { health }, effects: { roll: [already], last: [failed] } }))
    expect(run.log.filter((line) => line.startsWith('do'))).toEqual(['do roll', 'do last', 'do roll-undo'])
    expect(run.state.entries).toContainEqual(
      expect.objectContaining({ step: 'roll', result: 'done', detail: 'already done by an earlier attempt' }),
    )
  })

  test('G22: offers what it has offered: its options are judged once', async () => {
    const plan = newPlan([ask('which', { repair: ['route.rollback'], build: ['artifact.build'] })])
    const answers = [
      { ...vote('ben', 'guest'), uncounted: 'nobody was asked as guest' },
      { ...vote('eva'), decision: 'choose' as const, option: 'repair' },
    ]
    const run = await carry(plan, often({ answers, forbidden: { build: denial('no-build') } }))
    expect(run.log.filter((line) => line.startsWith('options'))).toHaveLength(1)
    expect(results(run)).toEqual(['which repair'])
  })

  test('G26: waits for an override of the denial that it had, and goes before the door once more', async () => {
    const open = { ...denial('keep-quorum'), overridable: [{ rule: 'keep-quorum', who: 'lead' }] }
    const plan = newPlan([act('first')])
    const script = { effects: { first: [{ status: 'denied' as const, denial: open, evidence: {} }, done()] } }
    const given = { ...vote('eva'), decision: 'override' as const, overrides: { rule: 'keep-quorum' } }
    const run = await carry(plan, often({ ...script, answers: [{ ...given, uncounted: 'no' }, given] }))
    expect(run.performed.map(({ activity, round }) => [activity, round])).toEqual([
      ['first', 0],
      ['first#2', 1],
    ])
    const refused = await carry(plan, often({ ...script, answers: [{ ...given, uncounted: 'no' }] }))
    expect(refused.outcome).toMatchObject({ as: 'blocked', denial: { rule: 'keep-quorum' } })
  })

  test('G39: waits for the agreement to what it proposes', async () => {
    const propose: Trigger = { kind: 'alert', occurrence: 'a|b', alert: {}, warnings: [], mode: 'propose' }
    const owners = [{ ...vote('eva', 'guest'), uncounted: 'no' }, vote('ben', 'platform-on-call')]
    const run = await carry(newPlan([act('first'), act('last')]), often({ answers: owners }), propose)
    expect(run.asked.map(({ kind }) => kind)).toEqual(['propose'])
    expect(results(run)).toEqual(['first done', 'last done'])
  })

  test('G20: is looked at as often as before, and no less', async () => {
    const during: RulePlan = {
      ...{ id: 'single-writer', text: 'one writer', source: 'test', facts: {}, next: '', overridable: 'never' },
      checks: [{ form: 'during', from: 'route.rollback', to: 'artifact.build', require: [says('health.ok')] }],
    }
    const policy = { watchEvery: { type: { kind: 'duration' }, value: 700, unit: 'duration', source: 'test' } } as const
    const steps = [act('roll'), approve('gate', ['lead']), read('wait', ['health'], { expect: slow })]
    const plan = newPlan(steps, { rules: [during], policy })
    const script = { facts: never, watch: [undefined] }
    const [inOne, inMany] = [await carry(plan, script), await carry(plan, often(script))]
    const watched = (run: typeof inOne) => run.log.filter((line) => line.startsWith('watch')).length
    expect(watched(inMany)).toBe(watched(inOne))
    expect(watched(inMany)).toBeGreaterThan(10)
  })

  test('ends as cancelled where the run is cancelled after the move, and the question is closed', async () => {
    const plan = newPlan([act('first', { undo }), approve('gate', ['lead'])])
    const run = await carry(plan, often({ answers: [{ ...vote('ben'), uncounted: 'no' }], cancelAt: 'wait gate' }))
    expect(results(run)).toEqual(['first done', 'gate cancelled', 'first-undo done'])
    expect(run.state.questions).toBeUndefined()
    expect(run.closed).toBe(1)
  })
})

describe('items side by side', () => {
  const place = { epoch: { path: ['edge', 'epoch'] } }
  const cases = { asks: 'owner.epoch == owner.epoch' }
  const judge = decide('judge', cases, { continueOn: ['asks', 'other'], otherwise: 'other' })
  const gate = approve('gate', ['lead'], { when: after('judge', 'asks'), withinMs: 50_000 })
  const perEdge = block('perEdge', [judge, gate, act('roll', { with: place })], each(undefined, 3))

  test('move while some of them wait, each with its own answers', async () => {
    const said = [{ ...vote('ben'), uncounted: 'not yet' }, vote('ben')]
    const answersTo = { 'gate.0': said, 'gate.1': said, 'gate.2': [] }
    const run = await carry(newPlan([look, perEdge]), { facts, answersTo, stepsEach: 2 })
    expect(run.moves).toBeGreaterThan(2)
    expect(run.asked.map(({ step }) => step).sort()).toEqual(['gate.0', 'gate.1', 'gate.2'])
    expect(results(run).filter((line) => /gate|roll/.test(line))).toEqual(
      expect.arrayContaining(['gate.0 done', 'gate.1 done', 'gate.2 timed-out', 'roll.0 done', 'roll.1 done']),
    )
    expect(run.performed.map(({ step }) => step).sort()).toEqual(['roll.0', 'roll.1'])
  })

  test('do not wait for the one that waits: it lets go as soon as the run moves', async () => {
    const recorder = new Recorder({ facts })
    const ledger = new Ledger(plan(), ADMISSION, { now: () => 'then', changed: () => undefined })
    const run = openRun(plan(), ADMISSION, { ports: heldBack(recorder), ledger })
    await expect(carryOut(run)).rejects.toThrow(Elsewhere)
    expect(JSON.stringify(snapshotOf(run, 1)).match(/"gate\.\d":\{"kind":"question"/g)).toHaveLength(3)
    expect(ledger.soFar(0)).toMatchObject({
      questions: [{ step: 'gate.0' }, { step: 'gate.1' }, { step: 'gate.2' }],
    })

    function plan() {
      return newPlan([look, perEdge])
    }
  })

  test('wait inside a called runbook, and go on there', async () => {
    const inner = callee('drain', [approve('gate', ['lead'], { withinMs: 50_000 }), act('cordon')], {
      outcomes: [outcome('drained', 'succeeded')],
    })
    const plan = calling([look, call('empty', inner, { ...each(undefined, 2) })], [inner])
    const answers = [{ ...vote('ben'), uncounted: 'not yet' }, vote('ben')]
    const run = await carry(plan, { facts, answers, stepsEach: 1 })
    expect(run.asked).toHaveLength(3)
    expect(run.performed.map(({ step }) => step).sort()).toEqual(['empty.0.cordon', 'empty.1.cordon', 'empty.2.cordon'])
    expect(results(run)).toContain('empty done')
  })
})

/** Nobody answers: a poll ends only because the run moves. */
function heldBack(recorder: Recorder) {
  const ports = recorder.ports()
  let asked = 0
  return {
    ...ports,
    ask: async (question: Parameters<typeof ports.ask>[0]) => {
      const poll = await ports.ask(question)
      const all = (asked += 1)
      const next = async () => {
        if (all < 3) await new Promise((resolve) => setTimeout(resolve, 5))
        throw new Elsewhere('the run goes on in another execution')
      }
      return { ...poll, next }
    },
  }
}

/** A moment at which facts are read again. */
const NEXT = /"next":1\d{11}/

describe('news that come while the run moves', () => {
  test('let every wait look again at once, wherever it is', async () => {
    const recorder = new Recorder({ facts: never, stepsEach: 3 })
    const inner = callee('drain', [read('inside', ['health'], { expect: slow })])
    const plan = calling([look, block('outer', [call('empty', inner, each(undefined, 2))])], [inner])
    const ledger = new Ledger(plan, ADMISSION, { now: () => 'then', changed: () => undefined })
    const run = openRun(plan, ADMISSION, { ports: recorder.ports(), ledger })
    await expect(carryOut(run)).rejects.toThrow(Elsewhere)
    expect(JSON.stringify(snapshotOf(run, 1))).toMatch(NEXT)
    lookAgain(run)
    expect(JSON.stringify(snapshotOf(run, 1))).not.toMatch(NEXT)
  })
})

describe('the snapshot', () => {
  const plan = newPlan([look])
  const carried = () => {
    const ledger = new Ledger(plan, ADMISSION, { now: () => 'then', changed: () => undefined })
    return { ports: new Recorder({ facts }).ports(), ledger }
  }
  const state = snapshotOf(openRun(plan, ADMISSION, carried()), 1)

  test('says of which version it is', () => {
    expect(state['version']).toBe(SNAPSHOT_VERSION)
  })

  test.each([SNAPSHOT_VERSION + 1, 0, '2', null])('of version %j is refused, whatever else it says', (version) => {
    expect(() => restoreRun(plan, ADMISSION, { ...carried(), state: { ...state, version } })).toThrow(UnknownSnapshot)
  })

  test('of the first version, which had none, goes on', async () => {
    const { version: _version, ...first } = state
    const run = restoreRun(plan, ADMISSION, { ...carried(), state: first })
    expect((await carryOut(run)).as).toBe('succeeded')
  })
})
