import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diffPlans } from '../../engine/cli/plan/diff.ts'
import { trustOf } from '../../engine/cli/trust-folder.ts'
import { entryLines } from '../../engine/cli/view/entry-text.ts'
import { LiveView, News } from '../../engine/cli/view/live.ts'
import { outcomeText } from '../../engine/cli/view/outcome-text.ts'
import { planText } from '../../engine/cli/view/plan-text.ts'
import { diffText } from '../../engine/cli/view/plan/diff.ts'
import { questionText } from '../../engine/cli/view/question-text.ts'
import { runText } from '../../engine/cli/view/run-text.ts'
import { inPlanOrder } from '../../engine/cli/view/step-order.ts'
import { triggerText } from '../../engine/cli/view/trigger-text.ts'
import { reasonsOf, whyText } from '../../engine/cli/view/why-text.ts'
import type { Denial } from '../../schemas/door.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { Outcome, RunEntry, RunState, StepState, Waiting } from '../../schemas/run.ts'
import { planOf } from '../server/fixture.ts'

const place = { file: 'test.yaml', line: 7, col: 3 }
const common = { place, when: [], continueOn: ['done'] } as const
const look = (id: string): StepPlan => ({ ...common, id, kind: 'read', facts: [] })
const host = { item: 'host', list: ['hosts', 'items'], itemType: { kind: 'id', of: 'host' }, atOnce: 2 } as const
const loop: StepPlan = { ...common, id: 'perHost', kind: 'block', forEach: host, steps: [look('inner')] }
const calling: StepPlan = { ...common, id: 'drain', kind: 'call', runbook: 'callee', with: {} }
const callee = { ...planOf('callee', { triggers: [] }), steps: [look('deep')] }

const plan: Plan = {
  ...planOf('nested', { triggers: [] }),
  steps: [look('first'), loop, calling, look('last')],
  callees: { callee },
}

const by = { user: 'ada', host: 'h', assurance: 'signed' } as const
const entry = (seq: number, what: object): RunEntry => ({ seq, at: '2026-11-21T10:00:00Z', ...what }) as RunEntry

function stateWith(differing: Partial<RunState>): RunState {
  return {
    runId: 'nested-1',
    runbook: 'nested',
    title: 'Nested',
    planDigest: 'sha256:0',
    inputs: {},
    trigger: { kind: 'person', by },
    phase: 'running',
    steps: [],
    facts: {},
    entries: [],
    ...differing,
  }
}

const question = (step: string, differing: Partial<Waiting> = {}): Waiting => ({
  step,
  text: `May ${step} go on?`,
  who: ['lead'],
  facts: {},
  until: '2026-11-21T11:00:00Z',
  factsDigest: 'sha256:1',
  ...differing,
})

const denial: Denial = {
  by: 'rule',
  rule: 'keep-quorum',
  unknown: false,
  message: 'denied: keep a quorum',
  verdicts: [],
  next: 'wait for a member',
  overridable: [{ rule: 'keep-quorum', item: 'g1', who: 'fleet-lead' }],
}

describe('questions', () => {
  test('one alone is answered without naming its step', () => {
    const lines = questionText({ runId: 'r1', waiting: question('agree') })
    expect(lines.at(-2)).toBe('      runproof approve r1')
    expect(lines.at(-1)).toBe('      runproof reject r1 --reason "…"')
  })

  test('G22: several are all shown, each with the command that answers it, and options with the effects that they ask for', () => {
    const choices = [
      { name: 'fence', effects: ['host.fence'] },
      { name: 'leave', effects: [] },
    ]
    const lines = questionText({
      runId: 'r1',
      questions: [
        question('agree.0'),
        question('agree.1', { who: ['lead', 'owner'] }),
        question('work', { kind: 'ask', choices }),
      ],
    })
    expect(lines).toContain('      runproof approve r1 --step agree.0')
    expect(lines).toContain('      runproof reject r1 --step agree.1 --role <role> --reason "…"')
    expect(lines).toContain('      fence: asks for host.fence')
    expect(lines).toContain('      leave: asks for no effect')
    expect(lines).toContain('      runproof answer r1 leave --step work')
    expect(lines.filter((line) => line.includes('approve r1 --step work'))).toEqual([])
  })

  test('G26: an override names rule and item, and asks for a reason and an end', () => {
    const overridable = [{ rule: 'keep-quorum', item: 'g1', who: 'fleet-lead' }]
    const lines = questionText({ runId: 'r1', waiting: question('drain.3.evict', { kind: 'override', overridable }) })
    expect(lines.at(-1)).toBe('      runproof override r1 --rule keep-quorum --item g1 --reason "…" --for 1h')
  })
})

describe('a run that is followed', () => {
  test('tells each entry once by its number, also where a new execution forgets the earlier ones', () => {
    const news = new News()
    expect(news.since({ entries: [entry(0, { kind: 'admitted' }), entry(1, { kind: 'admitted' })] })).toHaveLength(2)
    expect(news.since({ entries: [entry(1, { kind: 'admitted' })] })).toEqual([])
    expect(news.since({ entries: [] })).toEqual([])
    expect(news.since({ entries: [entry(2, { kind: 'admitted' })] }).map(({ seq }) => seq)).toEqual([2])
  })

  test('shows items, undo, pauses, votes with their options, and what a resolved alert means', () => {
    const state = stateWith({})
    const lineOf = (what: object) => entryLines(entry(0, what), state).join('')
    expect(lineOf({ kind: 'items', step: 'perHost', count: 3 })).toContain('perHost: 3 items')
    const undone = { kind: 'undo', step: 'cordon-undo', activity: 'cordon-undo' }
    expect(lineOf({ ...undone, result: { status: 'done' } })).toContain('cordon-undo: taken back')
    expect(lineOf({ ...undone, result: { status: 'denied', denial } })).toContain(
      'NOT taken back (denied): denied: keep a quorum',
    )
    expect(lineOf({ kind: 'paused', by, reason: 'lunch' })).toContain('paused by ada (signed): lunch')
    expect(lineOf({ kind: 'resolved', occurrence: 'f|t' })).toContain('the facts are read again')
    expect(lineOf({ kind: 'watch', step: 'soak', denial })).toContain(
      'soak: a rule holds no more: denied: keep a quorum',
    )
    const vote = { by, role: 'lead', decision: 'choose', option: 'fence' }
    expect(lineOf({ kind: 'vote', step: 'work', vote: { vote }, counted: true })).toContain('ada as lead: choose fence')
  })

  test('shows all open questions when a further one is asked', () => {
    const asked = { kind: 'asked', text: '', who: ['lead'], factsDigest: '' }
    const entries = [entry(0, { ...asked, step: 'agree.0' }), entry(1, { ...asked, step: 'agree.1' })]
    const questions = [question('agree.0'), question('agree.1')]
    const lines = new LiveView().news(stateWith({ entries, questions, phase: 'waiting' }))
    expect(lines.filter((line) => line.includes('runproof approve')).length).toBe(2)
  })
})

describe('show and why', () => {
  const step = (id: string): StepState => ({ id, kind: 'read', status: 'ended', result: 'done' })

  test('put instances of loops and of called runbooks beside their step', () => {
    const began = ['first', 'perHost', 'drain', 'last', 'inner.0', 'drain.deep', 'inner.1', 'first-undo'].map(step)
    expect(inPlanOrder(began, plan).map(({ id }) => id)).toEqual([
      'first',
      'first-undo',
      'perHost',
      'inner.0',
      'inner.1',
      'drain',
      'drain.deep',
      'last',
    ])
  })

  test('name the place of a step within a loop', () => {
    const entries = [entry(0, { kind: 'step', step: 'inner.1', result: 'timed-out' })]
    const outcome = { name: 'blocked', as: 'blocked', claims: [], message: 'm', tell: [], left: [] } as const
    expect(whyText({ state: stateWith({ entries, outcome }), plan })).toContainEqual(
      expect.stringContaining('inner.1  (test.yaml:7:3): timed-out'),
    )
  })

  test('say who paused a run and how it goes on, and that a rule may be overridden', () => {
    const entries = [entry(0, { kind: 'paused', by, reason: 'lunch' })]
    const paused = whyText({ state: stateWith({ phase: 'paused', entries }), plan }).join('\n')
    expect(paused).toContain('paused    by ada (signed): lunch')
    expect(paused).toContain('runproof resume nested-1 --reason "…"')
    const outcome = { name: 'blocked', as: 'blocked', claims: [], message: 'm', tell: [], left: [], denial } as const
    const denied = whyText({ state: stateWith({ outcome }), plan }).join('\n')
    expect(denied).toContain('override  keep-quorum for g1: a second person who is fleet-lead may')
  })

  const OVERRIDDEN =
    '  override  keep-quorum for g1 at mark: by grace (signed) as fleet-lead: it is 3 am (until 2026-11-21T11:00:00Z)'

  test('G26: say who overrode which rule, why and until when, between the denial and what was done then', () => {
    const vote = {
      by: { user: 'grace', host: 'h', assurance: 'signed' },
      ...{ role: 'fleet-lead', decision: 'override', overrides: { rule: 'keep-quorum', item: 'g1' } },
      ...{ reason: 'it is 3 am', expiresAt: '2026-11-21T11:00:00Z' },
    }
    const entries = [
      entry(0, { kind: 'effect', step: 'mark', result: { status: 'denied', denial } }),
      entry(1, {
        kind: 'vote',
        step: 'mark',
        vote: { vote: { ...vote, reason: 'mine' } },
        counted: false,
        why: 'asked',
      }),
      entry(2, { kind: 'vote', step: 'mark', vote: { vote }, counted: true }),
      entry(3, { kind: 'effect', step: 'mark', result: { status: 'done' } }),
    ]
    const outcome = { name: 'held', as: 'succeeded', claims: [], message: 'm', tell: [], left: [] } as const
    const said = ['  effect    mark: denied', OVERRIDDEN, '  effect    mark: done']
    expect(whyText({ state: stateWith({ entries, outcome }), plan }).slice(1)).toEqual(said)
    expect(whyText({ state: stateWith({ entries, outcome: { ...outcome, denial } }), plan })).toContain(OVERRIDDEN)
    expect(whyText({ state: stateWith({ entries }), plan })).toContain(OVERRIDDEN)
    expect(reasonsOf({ state: stateWith({ entries }), plan })).toMatchObject({ overrides: [{ seq: 2 }] })
  })

  test('say what to type where an emergency stop kept something from being taken back', () => {
    const stopped = { ...denial, by: 'stop-switch', next: 'runproof release stop-1 --reason "…"' }
    const undone = (seq: number, step: string) =>
      entry(seq, { kind: 'undo', step: `${step}-undo`, result: { status: 'denied', denial: stopped } })
    const done = (seq: number, step: string, lift: string) =>
      entry(seq, { kind: 'effect', step, result: { status: 'done', lift } })
    const entries = [
      done(0, 'freeze', 'thaw now'),
      done(1, 'mark', 'unmark now'),
      undone(2, 'mark'),
      undone(3, 'freeze'),
    ]
    expect(whyText({ state: stateWith({ entries, phase: 'undoing' }), plan }).slice(1)).toEqual([
      '  ↩ mark-undo: NOT taken back (denied): denied: keep a quorum',
      '  next      runproof release stop-1 --reason "…"',
      '  lift it   unmark now',
      '  ↩ freeze-undo: NOT taken back (denied): denied: keep a quorum',
      '  lift it   thaw now',
    ])
    const left = [{ step: 'mark', text: 'it was done', lift: 'unmark now' }]
    const outcome = { name: 'failed-unsafe', as: 'failed-unsafe', claims: [], message: 'm', tell: [], left } as const
    const ended = whyText({ state: stateWith({ entries, outcome }), plan })
    expect(ended.filter((line) => line === '  lift it   unmark now')).toHaveLength(1)
    expect(ended).toContain('  next      runproof release stop-1 --reason "…"')
  })

  test('tell a trigger with its mode', () => {
    const item = { host: 'h1' }
    expect(triggerText({ kind: 'schedule', occurrence: '2026-11-21T06:00:00Z|h1', item, mode: 'propose' })).toBe(
      'schedule 2026-11-21T06:00:00Z|h1 (proposes: a person agrees first)',
    )
    const named = { labels: { alertname: 'Error\u001bBudget' } }
    expect(triggerText({ kind: 'alert', occurrence: 'a|b', alert: named, warnings: [] })).toBe('alert Error·Budget a|b')
    const trigger = { kind: 'alert', occurrence: 'a|b', alert: {}, warnings: [], mode: 'observe' } as const
    const text = runText({ state: stateWith({ trigger }), plan }, { path: '.runproof/trust', made: true })
    expect(text).toContain('  asked by  alert a|b (observes: no effect)')
  })
})

test('a run that ended names the trust folder as it is typed, and how it is made where it is not there', async () => {
  const outcome = {
    name: 'held',
    as: 'succeeded',
    message: 'held',
    claims: [],
    left: [],
    tell: [],
  } as unknown as Outcome
  const state = stateWith({ outcome, sealed: { bundle: '/b', gaps: [] } })
  const verify = '  verify    runproof evidence verify nested-1 --trust .runproof/trust'
  expect(outcomeText(state, outcome, { path: '.runproof/trust', made: true }).slice(-1)).toEqual([verify])
  const without = outcomeText(state, outcome, { path: '.runproof/trust', made: false }).slice(-2)
  expect(without).toEqual(['  trust     runproof keys init   makes the trust folder, which is not there yet', verify])
  const folder = await mkdtemp(join(tmpdir(), 'runproof-trust-'))
  expect(trustOf('')).toMatchObject({ path: join('.runproof', 'trust') })
  expect(trustOf(folder)).toEqual({ path: join(folder, '.runproof', 'trust'), made: false })
  await mkdir(join(folder, '.runproof', 'trust'), { recursive: true })
  expect(trustOf(folder).made).toBe(true)
  await rm(folder, { recursive: true })
})

test('a Plan shows loops, and what is called, at their depth', () => {
  const lines = planText(plan, 'sha256:0')
  expect(lines).toContain('  perHost  steps for each item')
  expect(lines).toContain('      for each host of hosts.items, 2 at a time')
  expect(lines).toContain('      inner  read ')
  expect(lines).toContain('      drain.deep  read ')
})

test('G3: a Plan shows over which resources a step has leases of its own', () => {
  const hold = [['inputs', 'host'], ['pod']]
  const step: StepPlan = {
    ...common,
    id: 'evict',
    kind: 'do',
    action: 'kubernetes.evictPod',
    with: {},
    hold,
    leaves: '',
  }
  expect(planText({ ...plan, steps: [step] }, 'sha256:0')).toContain('      holding inputs.host, pod')
})

test('G34: the difference of two Plans names what is inside blocks and called runbooks, and not where it stands', () => {
  const moved = { ...look('first'), place: { ...place, line: 99 } }
  const changed: Plan = {
    ...plan,
    steps: [moved, { ...loop, steps: [{ ...look('inner'), continueOn: ['any'] }] }, calling, look('last')],
    callees: { callee: { ...callee, steps: [] } },
  }
  expect(diffPlans(plan, changed).map(({ section, name, change }) => `${section} ${name} ${change}`)).toEqual([
    'steps inner changed',
    'callee: steps deep removed',
  ])
})

test('the difference of two Plans tells durations as an author writes them, and everything else as the Plan has it', () => {
  const type = { kind: 'duration' } as const
  const lasts = { type, value: 300_000, unit: 'ms', source: 'a trial' }
  const late = {
    ...plan,
    unknownForMs: 1_500_000,
    conflictRounds: 60_000,
    policy: { lasts, count: { ...lasts, type: { kind: 'int' } } },
  } as unknown as Plan
  const early = {
    ...late,
    unknownForMs: 1_200_000,
    conflictRounds: 1,
    policy: { lasts: { ...lasts, value: 90_000 }, count: { ...late.policy['count'], value: 1_000 } },
  } as unknown as Plan
  const lines = diffText(diffPlans(early, late), { from: 'a', to: 'b', plan: late })
  const shown = (name: string) => lines.slice(lines.indexOf(`  ~ ${name}`) + 2, lines.indexOf(`  ~ ${name}`) + 4)
  expect(shown('unknownForMs')).toEqual(['      - 20m', '      + 25m'])
  expect(shown('lasts')).toEqual(['      - 90s', '      + 5m'])
  expect(shown('count')).toEqual(['      - 1000', '      + 300000'])
  expect(shown('conflictRounds')).toEqual(['      - 1', '      + 60000'])
  expect(lines.join()).not.toContain('1200000')
})
