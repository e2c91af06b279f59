import { describe, expect, test } from 'vitest'
import type { Plan } from '../../schemas/plan.ts'
import { act, after, decide, outcome, planOf, read } from './plans.ts'
import { carry, denial, denied, effectUnknown, failed, owner, unknown } from './recorded.ts'
import type { Script } from './recorded.ts'

const mend = act('mend')
const ended = async (outcomes: Plan['outcomes'], script: Script = {}, steps: Plan['steps'] = [mend]) =>
  carry(planOf(steps, { outcomes }), script)

describe('the outcome of a run', () => {
  test('is the first that fits', async () => {
    const run = await ended([
      outcome('none', 'deferred', { when: after('mend', 'skipped') }),
      outcome('mended', 'succeeded', { when: after('mend', 'done') }),
      outcome('other', 'escalated'),
    ])
    expect(run.outcome).toMatchObject({ name: 'mended', as: 'succeeded' })
  })

  test('claims what it says, each with its target filled, and that it ended so', async () => {
    const claims = [{ effect: 'claim.rolled-back', target: { app: { path: ['inputs', 'app'] } } }]
    const run = await ended([outcome('mended', 'succeeded', { claims })])
    expect(run.claimed).toMatchObject([
      {
        outcome: 'mended',
        claims: [
          { effect: 'claim.succeeded', target: { run: 'run-1' } },
          { effect: 'claim.rolled-back', target: { run: 'run-1', app: 'checkout' } },
        ],
      },
    ])
    expect(run.outcome.claims).toEqual(['claim.succeeded', 'claim.rolled-back'])
  })

  test('names whom to tell, and says its text', async () => {
    const say = { text: ['back at ', { path: ['mend', 'epoch'] }] }
    const run = await ended([outcome('mended', 'succeeded', { tell: ['app-owner'], say })])
    expect(run.outcome).toMatchObject({ tell: ['app-owner'], message: 'back at 8' })
  })

  test('says a value that is no text as JSON, and its title where nobody knows the value', async () => {
    const say = (path: string[]) => [outcome('mended', 'succeeded', { say: { path } })]
    expect((await ended(say(['mend']))).outcome.message).toBe('{"epoch":8}')
    expect((await ended(say(['owner', 'epoch']))).outcome.message).toBe('Practice: mended')
  })

  test('says a duration and a ratio as an author writes them', async () => {
    const policy = {
      patience: { type: { kind: 'duration' }, value: 90_000, unit: 'duration', source: 'test' },
      moment: { type: { kind: 'duration' }, value: 1_500, unit: 'duration', source: 'test' },
      share: { type: { kind: 'ratio' }, value: 0.005, unit: 'ratio', source: 'test' },
    } as const
    const path = (name: string) => ({ path: ['policy', name] })
    const say = { text: ['after ', path('patience'), ', ', path('moment'), ', at ', path('share')] }
    const run = await carry(planOf([], { policy, outcomes: [outcome('mended', 'succeeded', { say })] }))
    expect(run.outcome.message).toBe('after 90s, 1500 ms, at 0.5%')
  })

  test('is the next one where a claim is denied', async () => {
    const run = await ended([outcome('mended', 'succeeded'), outcome('doubtful', 'escalated')], {
      claims: { mended: denial('say-what-is-true') },
    })
    expect(run.claimed.map((claim) => claim.outcome)).toEqual(['mended', 'doubtful'])
    expect(run.outcome).toMatchObject({ name: 'doubtful', as: 'escalated', denial: { rule: 'say-what-is-true' } })
  })

  test('is failed-unsafe, and claims nothing, where every claim is denied', async () => {
    const run = await ended([outcome('mended', 'succeeded'), outcome('doubtful', 'escalated')], {
      claims: { mended: denial('first'), doubtful: denial('second') },
    })
    expect(run.outcome).toMatchObject({
      name: 'failed-unsafe',
      as: 'failed-unsafe',
      claims: [],
      tell: ['platform-on-call'],
      denial: { rule: 'second' },
    })
  })

  test('is failed-unsafe where no outcome of the runbook fits', async () => {
    const run = await ended([outcome('none', 'deferred', { when: after('mend', 'skipped') })])
    expect(run.outcome).toMatchObject({ as: 'failed-unsafe', claims: [] })
    expect(run.outcome.message).toContain('no outcome of the runbook fits')
  })

  test('passes over one whose claim has a target that nobody knows', async () => {
    const claims = [{ effect: 'claim.rolled-back', target: { epoch: { path: ['owner', 'epoch'] } } }]
    const run = await ended(
      [outcome('mended', 'succeeded', { claims }), outcome('doubtful', 'escalated')],
      { facts: { owner: [unknown('error')] } },
      [read('look', ['owner'])],
    )
    expect(run.claimed.map((claim) => claim.outcome)).toEqual(['doubtful'])
  })
})

describe('the outcome of a run that stopped', () => {
  const named = outcome('held-back', 'blocked', { when: after('mend', 'denied') })
  const any = outcome('escalate', 'escalated')

  test('by a denial is one that names the step and its result', async () => {
    const run = await ended([any, named], { effects: { mend: [denied('keep-quorum')] } })
    expect(run.outcome).toMatchObject({ name: 'held-back', as: 'blocked', denial: { rule: 'keep-quorum' } })
  })

  test('by a denial is never one that fits without naming it', async () => {
    const others = outcome('looked', 'deferred', { when: after('look', 'done') })
    const run = await ended(
      [others, any],
      { effects: { mend: [denied('keep-quorum')] }, facts: { owner: [owner(7)] } },
      [read('look', ['owner']), mend],
    )
    expect(run.outcome).toMatchObject({ name: 'blocked', as: 'blocked' })
  })

  test('by a failure is the engine’s own word, though an outcome names another result of the step', async () => {
    const run = await ended([named, any], { effects: { mend: [failed] } })
    expect(run.outcome).toMatchObject({ name: 'failed-safe', as: 'failed-safe' })
  })

  test('by a case is judged like the end of the list', async () => {
    const judge = decide('judge', { fine: 'owner.epoch == owner.epoch' }, { continueOn: [] })
    const run = await ended([named, any], { facts: { owner: [owner(7)] } }, [read('look', ['owner']), judge, mend])
    expect(run.outcome).toMatchObject({ name: 'escalate' })
  })

  test('is the engine’s own word where the claim of the outcome that names it is denied', async () => {
    const run = await ended([named], {
      effects: { mend: [denied('keep-quorum')] },
      claims: { 'held-back': denial('other') },
    })
    expect(run.claimed.map((claim) => claim.outcome)).toEqual(['held-back', 'blocked'])
    expect(run.outcome).toMatchObject({ name: 'blocked', as: 'blocked', denial: { rule: 'keep-quorum' } })
  })

  test('is failed-unsafe where the engine’s own word is denied too', async () => {
    const run = await ended([], { effects: { mend: [denied('keep-quorum')] }, claims: { blocked: denial('all-told') } })
    // What stopped the run stays its denial; the message says why nothing could be claimed.
    expect(run.outcome).toMatchObject({ as: 'failed-unsafe', claims: [], denial: { rule: 'keep-quorum' } })
    expect(run.outcome.message).toContain('all-told')
  })

  test('G1: by an effect that nobody can determine cannot be called anything better', async () => {
    const hopeful = outcome('fine', 'succeeded', { when: after('mend', 'done') })
    const run = await ended([hopeful, any], { effects: { mend: [effectUnknown] } })
    expect(run.claimed.map((claim) => claim.outcome)).toEqual(['failed-unsafe'])
  })
})
