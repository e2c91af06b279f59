import { beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { contractOf } from '../../actions/contract.ts'
import { defineAction, defineReading, Unknown } from '../../actions/define.ts'
import type { AnyDefinition } from '../../actions/define.ts'
import { liveText } from '../../engine/cli/view/plan/live.ts'
import { readConfig } from '../../engine/host/config.ts'
import { Connections } from '../../engine/host/connections.ts'
import { previewPlan } from '../../engine/host/preview/preview.ts'
import type { Preview } from '../../engine/host/preview/preview.ts'
import { count, id, oneOf } from '../../schemas/types.ts'
import type { FactPlan, Plan, RulePlan, StepPlan } from '../../schemas/plan.ts'
import { planOf } from '../server/fixture.ts'

let state: 'sick' | 'well' = 'sick'
let healthy = 3
let away = false
let performed = 0
beforeEach(() => {
  ;[state, healthy, away, performed] = ['sick', 3, false, 0]
})

const host = z.strictObject({ host: id('host') })
const health = defineReading({
  name: 'practice.health',
  summary: 'How a host is',
  authority: 'authoritative',
  input: host,
  output: z.strictObject({ state: oneOf('health', ['sick', 'well']) }),
  timeoutMs: 1_000,
  read: async () => ({ value: { state }, roundTrip: true, source: 'test' }),
})
const group = defineReading({
  name: 'practice.group',
  summary: 'The members of a group',
  authority: 'authoritative',
  input: host,
  output: z.strictObject({ healthy: count() }),
  timeoutMs: 1_000,
  read: async () => {
    if (away) throw new Unknown('error', 'the group cannot be asked')
    return { value: { healthy }, roundTrip: true, source: 'test' }
  },
})
const drain = defineAction({
  name: 'practice.drain',
  summary: 'Empty a host',
  input: host,
  output: z.strictObject({ left: count() }),
  effects: { 'host.drain': { host: 'host' } },
  timeoutMs: 1_000,
  perform: async () => {
    performed += 1
    return { left: 0 }
  },
  settle: async () => ({ state: 'not-done' }),
})
const definitions: readonly AnyDefinition[] = [health, group, drain]
const contracts = Object.fromEntries(definitions.map((definition) => [definition.name, contractOf(definition)]))

const place = { file: 'test.yaml', line: 1, col: 1 }
const common = { place, when: [], continueOn: ['done'] }
const factOf = (action: string, from: readonly string[]): FactPlan => ({
  action,
  with: { host: { path: from } },
  result: contracts[action]?.output ?? { kind: 'object', fields: {} },
  ifEmpty: 'unknown',
  maxAgeMs: 0,
  after: [],
})
const predicate = (cel: string, ...uses: string[][]) => ({ cel, uses, place })

const decide: StepPlan = {
  ...common,
  id: 'how',
  kind: 'decide',
  cases: [{ name: 'empty-it', predicate: predicate("is.state == 'sick'", ['is', 'state']) }],
  otherwise: 'leave-it',
  pick: 'one',
}
const act: StepPlan = {
  ...common,
  id: 'drainIt',
  kind: 'do',
  action: 'practice.drain',
  when: [{ step: 'how', results: ['empty-it'] }],
  with: { host: { path: ['inputs', 'host'] } },
}
const rule: RulePlan = {
  id: 'keep-one',
  text: 'Keep a member.',
  source: 'test',
  facts: { members: factOf('practice.group', ['target', 'host']) },
  checks: [
    { form: 'require', guards: ['host.drain'], require: [predicate('members.healthy > 1', ['members', 'healthy'])] },
    { form: 'after', guards: ['host.drain'], after: ['host.cordon'] },
  ],
  overridable: 'never',
  next: 'wait for a member',
}
const plan: Plan = {
  ...planOf('preview', { triggers: [], inputs: { host: { type: { kind: 'id', of: 'host' } } }, coalesce: ['host'] }),
  facts: { is: factOf('practice.health', ['inputs', 'host']), left: factOf('practice.health', ['drainIt', 'left']) },
  steps: [decide, act],
  rules: [rule],
  contracts,
  effects: {
    'host.drain': { target: { host: { kind: 'id', of: 'host' } }, protective: false },
    'host.cordon': { target: { host: { kind: 'id', of: 'host' } }, protective: false },
  },
}

async function preview(): Promise<Preview> {
  const connections = new Connections(readConfig('/nowhere'), { allow: [], ownPorts: [] })
  return previewPlan(
    plan,
    { host: 'h1' },
    { definitions: new Map(definitions.map((one) => [one.name, one])), connections },
  )
}

test('reads what can be read, decides, and judges rules on facts of its own, without any effect', async () => {
  const { readings, later, decisions, effects } = await preview()
  expect(readings.map(({ fact }) => fact)).toEqual(['is'])
  expect(later).toEqual(['left'])
  expect(decisions).toMatchObject([{ step: 'how', result: 'empty-it' }])
  expect(effects).toMatchObject([
    {
      at: 'drainIt',
      effect: 'host.drain',
      target: { host: 'h1' },
      reached: 'yes',
      says: 'passes',
      inTheRun: ['keep-one'],
    },
  ])
  expect(performed).toBe(0)
})

test('shows which rule would deny now, with what it saw, and is marked as no evidence', async () => {
  healthy = 1
  const found = await preview()
  expect(found.effects).toMatchObject([{ says: 'denied', verdicts: [{ rule: 'keep-one', says: 'false' }] }])
  const text = liveText(found).join('\n')
  expect(text).toContain('NOT EVIDENCE')
  expect(text).toContain('drainIt  host.drain: would be DENIED')
  expect(text).toContain('members.healthy = 1')
  expect(text).toContain('judged in the run: keep-one')
})

test('G10: what cannot be read now is unknown, and says so; a branch that is not taken is named', async () => {
  ;[away, state] = [true, 'well']
  const { decisions, effects } = await preview()
  expect(decisions).toMatchObject([{ result: 'leave-it' }])
  expect(effects).toMatchObject([{ says: 'unknown', reached: 'no' }])
  expect(JSON.stringify(effects)).toContain('the group cannot be asked')
})
