import { describe, expect, test } from 'vitest'
import { describeOrigin, siteOf, sitesOf, sourcesOf } from '../../engine/core/rules.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { DoStep, FactPlan, ForbidCheck, OnlyFromCheck, Operands, Plan, StepPlan } from '../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../schemas/value-type.ts'
import { act, after, approve, decide, outcome, planOf, read } from './plans.ts'
import { judged, said } from './rules-practice.ts'

const id = (of: string): ValueType => ({ kind: 'id', of })
const object = (fields: Record<string, ValueType>): ObjectType => ({ kind: 'object', fields })
const ITEM = object({ id: id('key'), owner: { kind: 'digest' } })
const SNAPSHOT = object({ owner: { kind: 'digest' }, items: { kind: 'list', item: ITEM } })

const own: Contract = {
  kind: 'action',
  name: 'lab.own',
  summary: '',
  input: object({ digest: { kind: 'digest' }, app: id('app') }),
  output: object({ owner: { kind: 'digest' } }),
  timeoutMs: 1,
  effects: { 'host.reboot': { image: 'digest', host: { literal: 'h1' } } },
}
const reading = (name: string, input: Record<string, ValueType>): Contract => ({
  kind: 'reading',
  name,
  summary: '',
  input: object(input),
  output: SNAPSHOT,
  timeoutMs: 1,
  authority: 'authoritative',
})
const fact = (action: string, with_: Operands = {}): FactPlan => ({
  action,
  with: with_,
  result: SNAPSHOT,
  ifEmpty: 'unknown',
  maxAgeMs: 0,
  after: [],
})

const path = (...names: string[]) => ({ path: names })
const CONTRACTS = Object.fromEntries(
  [
    own,
    reading('lab.snapshot', { app: id('app') }),
    reading('lab.artifact', { digest: { kind: 'digest' } }),
    reading('lab.health', {}),
  ].map((contract) => [contract.name, contract]),
)
const FACTS_HERE: Plan['facts'] = {
  snapshot: fact('lab.snapshot', { app: path('inputs', 'app') }),
  echo: fact('lab.artifact', { digest: path('inputs', 'wanted') }),
  chosen: fact('lab.artifact', { digest: path('snapshot', 'owner') }),
  sick: fact('lab.health'),
}

function plan(steps: readonly StepPlan[], more: Partial<Plan> = {}): Plan {
  const base = planOf(steps)
  return planOf(steps, {
    facts: { ...base.facts, ...FACTS_HERE },
    contracts: { ...base.contracts, ...CONTRACTS },
    ...more,
  })
}

const write = (digest: DoStep['with'][string], more: Partial<DoStep> = {}): DoStep =>
  act('write', { action: 'lab.own', with: { digest }, ...more })

const sources = (steps: readonly StepPlan[], more: Partial<Plan> = {}, at = 'write') =>
  sourcesOf(plan(steps, more), at, { effect: 'host.reboot', field: 'image', type: { kind: 'digest' } })?.map(
    describeOrigin,
  )

describe('G20: form 4, where a value comes from', () => {
  test.each<[string, DoStep['with'][string], string[]]>([
    ['a reading', path('snapshot', 'owner'), ['lab.snapshot']],
    ['an input', path('inputs', 'wanted'), ['the input wanted']],
    ['a literal', { literal: 'sha256:0' }, ['the literal "sha256:0"']],
    ['a policy value', path('policy', 'few'), ['the policy value few']],
    ['a reading that could only repeat an input', path('echo', 'owner'), ['lab.artifact', 'the input wanted']],
    ['a reading about another reading', path('chosen', 'owner'), ['lab.artifact', 'lab.snapshot']],
    ['the output of an action', path('before', 'owner'), ['the output of lab.own']],
  ])('%s', (_name, digest, expected) => {
    expect(sources([act('before', { action: 'lab.own' }), write(digest)])).toEqual(expected)
  })

  test('the list of a loop, and the list of the loop around it', () => {
    const forEach = { item: 'key', list: ['snapshot', 'items'], itemType: ITEM, atOnce: 1 }
    expect(sources([write(path('key', 'owner'), { forEach })])).toEqual(['lab.snapshot'])
    const around: StepPlan = {
      ...read('around', []),
      kind: 'block',
      forEach: { ...forEach, item: 'other', list: ['sick', 'items'] },
      steps: [write(path('key', 'owner'), { forEach })],
    }
    expect(sources([around])).toEqual(['lab.snapshot', 'lab.health'])
  })
})

describe('G20: form 4, what chose the step', () => {
  const pick = decide('pick', { well: 'health.ok', ill: '!health.ok' })
  const toSnapshot = (more: Partial<DoStep> = {}) => write(path('snapshot', 'owner'), more)

  test('a decision after which the run goes on otherwise too', () => {
    expect(sources([pick, toSnapshot({ when: after('pick', 'well') })])).toEqual(['lab.snapshot', 'lab.health'])
  })

  test('not one at which the run stops otherwise: it says whether, not which', () => {
    const stopping = { ...pick, continueOn: ['well'] }
    expect(sources([stopping, toSnapshot({ when: after('pick', 'well') })])).toEqual(['lab.snapshot'])
    expect(sources([stopping, toSnapshot()])).toEqual(['lab.snapshot'])
  })

  test('a condition of a condition', () => {
    const mend = act('mend', { when: after('pick', 'ill') })
    expect(sources([pick, mend, toSnapshot({ when: after('mend', 'done') })])).toEqual(['lab.snapshot', 'lab.health'])
  })

  test('the answer of people', () => {
    const ask = approve('agree', ['lead'], { continueOn: ['done', 'denied'] })
    expect(sources([ask, toSnapshot({ when: after('agree', 'done') })])).toEqual([
      'lab.snapshot',
      'what people answer at agree',
    ])
  })

  test('the condition of a block around it', () => {
    const block: StepPlan = { ...read('block', []), kind: 'block', when: after('pick', 'well'), steps: [toSnapshot()] }
    expect(sources([pick, block])).toEqual(['lab.snapshot', 'lab.health'])
  })

  test('what a caller gives, and what chose the call', () => {
    const callee = plan([write(path('inputs', 'digest'))])
    const call = (digest: DoStep['with'][string], more = {}): StepPlan => ({
      ...read('child', []),
      kind: 'call',
      runbook: 'own-it',
      with: { digest },
      ...more,
    })
    const callees = { 'own-it': callee }
    expect(sources([call(path('snapshot', 'owner'))], { callees }, 'child.write')).toEqual(['lab.snapshot'])
    expect(sources([call(path('inputs', 'wanted'))], { callees }, 'child.write')).toEqual(['the input wanted'])
    const chosen = call(path('snapshot', 'owner'), { when: after('pick', 'well') })
    expect(sources([pick, chosen], { callees }, 'child.write')).toEqual(['lab.snapshot', 'lab.health'])
  })

  test('for an outcome’s claim, its condition', () => {
    const claims = [{ effect: 'host.reboot', target: { image: path('snapshot', 'owner') } }]
    const outcomes = [outcome('well', 'succeeded', { when: after('pick', 'well'), claims })]
    expect(sources([pick], { outcomes }, 'outcome:well')).toEqual(['lab.snapshot', 'lab.health'])
  })
})

describe('G20: form 4, the verdict', () => {
  const check: OnlyFromCheck = {
    form: 'only-from',
    guards: ['host.reboot'],
    onlyFrom: ['lab.snapshot'],
    input: ['image'],
  }
  const reboot = { effect: 'host.reboot', target: { host: 'h1', image: 'sha256:0' } }
  const verdict = async (digest: DoStep['with'][string], at = 'write') =>
    judged([check], reboot, { way: { plan: plan([write(digest)]), at } })

  test('passes where it comes from these readings alone', async () => {
    expect(said(await verdict(path('snapshot', 'owner')))).toEqual(['true'])
  })

  test('denies anything else, and says what', async () => {
    expect(await verdict(path('inputs', 'wanted'))).toMatchObject([
      { says: 'false', predicate: 'image only from lab.snapshot', observed: { image: ['the input wanted'] } },
    ])
  })

  test('is unknown where nobody can say which step it is', async () => {
    expect(said(await verdict(path('snapshot', 'owner'), 'elsewhere'))).toEqual(['unknown'])
    expect(said(await judged([check], reboot))).toEqual(['unknown'])
  })
})

describe('G20: form 2, from where the run is', () => {
  const check: ForbidCheck = { form: 'forbid', forbid: ['host.reboot'], inRunsWith: ['host.uncordon'] }
  const reboot = { effect: 'host.reboot', target: { host: 'h1', image: 'sha256:0' } }
  const pick = decide('pick', { well: 'health.ok', ill: '!health.ok' })
  const uncordon = act('uncordon', { action: 'lab.uncordon', when: after('pick', 'ill') })
  const contract: Contract = { ...own, name: 'lab.uncordon', effects: { 'host.uncordon': {} } }
  const verdict = async (steps: readonly StepPlan[], at = 'write') => {
    const base = plan(steps)
    const way = { plan: { ...base, contracts: { ...base.contracts, 'lab.uncordon': contract } }, at }
    return judged([check], reboot, { way, receipts: [] })
  }

  test('denies what can still come on its path, and not what another branch does', async () => {
    const here = write(path('snapshot', 'owner'), { when: after('pick', 'well') })
    expect(await verdict([pick, here, uncordon])).toEqual([])
    expect(said(await verdict([pick, write(path('snapshot', 'owner')), uncordon]))).toEqual(['false'])
    expect(said(await verdict([pick, here, uncordon], 'nowhere'))).toEqual(['false'])
  })
})

describe('the places of a Plan', () => {
  test.each([
    ['cordon', 'cordon'],
    ['failClosed.2', 'failClosed'],
    ['failClosed.2.0', 'failClosed'],
    ['drain.3.cordon', 'drain.cordon'],
    ['drain.cordon.12-undo', 'drain.cordon-undo'],
    ['agree.4?take-over', 'agree?take-over'],
    ['outcome:cleared', 'outcome:cleared'],
  ])('%s is at %s', (instance, at) => {
    expect(siteOf(instance)).toBe(at)
  })

  test('are steps at any depth, undos, options, outcomes, and all of these of callees', () => {
    const undone = write(path('snapshot', 'owner'), { undo: { action: 'lab.rollback', with: {} } })
    const ask: StepPlan = {
      ...approve('agree', ['lead']),
      kind: 'ask',
      choices: [{ name: 'take-over', effects: [{ effect: 'host.drain', target: { host: path('inputs', 'host') } }] }],
    }
    const block: StepPlan = { ...read('block', []), kind: 'block', steps: [ask] }
    const call: StepPlan = { ...read('child', []), kind: 'call', runbook: 'own-it', with: {} }
    const places = sitesOf(plan([block, call], { callees: { 'own-it': plan([undone]) } }))
    expect(places.map(({ at, causes }) => [at, ...causes.map(({ effect }) => effect)].join(' '))).toEqual([
      'block',
      'agree',
      'agree?take-over host.drain',
      'child',
      'child.write host.reboot',
      'child.write-undo route.rollback',
      'child.outcome:fixed claim.succeeded',
      'outcome:fixed claim.succeeded',
    ])
  })
})
