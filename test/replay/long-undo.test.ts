import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type { Outcome, RunInput, RunState } from '../../schemas/run.ts'
import { each, newPlan, undo } from '../core/nested.ts'
import { act, approve, read } from '../core/plans.ts'
import { ADMISSION, denied, failed, whole } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { replay } from './histories.ts'
import { openStation } from './station.ts'
import type { Station } from './station.ts'
import { performed } from './world.ts'

const ITEMS = 30
const short: Plan['policy'] = {
  executionEvents: { type: { kind: 'count' }, value: 60, unit: 'count', source: 'test' },
}
const items = { edges: [whole(...Array.from({ length: ITEMS }, (_, at) => at))] }
const forth = [read('look', ['edges']), act('roll', { ...each(), undo })]

const LONG: Readonly<Record<string, Construct>> = {
  fails: {
    plan: newPlan([...forth, act('last')], { policy: short }),
    script: { facts: items, effects: { last: [failed] } },
    ends: 'failed-safe',
  },
  'is-cancelled': {
    plan: newPlan([...forth, approve('gate', ['lead'], { withinMs: 60_000 })], { policy: short }),
    script: { facts: items },
    ends: 'aborted',
  },
  'is-denied-one': {
    plan: newPlan([...forth, act('last')], { policy: short }),
    script: { facts: items, effects: { last: [failed], 'roll.25-undo': [denied('keep-quorum')] } },
    ends: 'failed-safe',
  },
}

let station: Station

beforeAll(async () => {
  station = await openStation(LONG)
})

afterAll(async () => station.close())

type Ended = { readonly outcome: Outcome }

async function begin(name: string): Promise<WorkflowHandle<(input: RunInput) => Promise<Ended>>> {
  const { plan } = LONG[name] as Construct
  const admission = { admission: { ...ADMISSION, runId: name }, keyid: 'test', signature: 'test' }
  return station.client.workflow.start<(input: RunInput) => Promise<Ended>>('practice', {
    ...{ workflowId: name, taskQueue: QUEUES.runs, args: [{ plan, admission }] },
  })
}

/** Every execution of a run is short, and replays. */
async function expectShort(workflowId: string): Promise<number> {
  const lengths: number[] = []
  for await (const { runId } of station.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const history = await station.client.workflow.getHandle(workflowId, runId).fetchHistory()
    lengths.push(history.events?.length ?? 0)
    expect(await replay(station.code, history)).toBeUndefined()
  }
  expect(Math.max(...lengths)).toBeLessThan(150)
  return lengths.length
}

const undosBy = (run: string) =>
  performed.filter((line) => line.startsWith(`${run} `) && line.endsWith('-undo')).map((line) => line.split(' ')[1])
const lastFirst = Array.from({ length: ITEMS }, (_, at) => `roll.${ITEMS - 1 - at}-undo`)

async function stateOf(name: string): Promise<RunState> {
  return station.client.workflow.getHandle(name).query<RunState>(NAMES.stateQuery)
}

test('G24: a run that has much to take back goes on with it in other executions: each step once, the last first', async () => {
  const { outcome } = await (await begin('fails')).result()
  expect(outcome).toMatchObject({ as: 'failed-safe', name: 'failed-safe', left: [] })
  expect(outcome.message).toBe('stopped at `last` (failed): the target refused')
  expect(undosBy('fails')).toEqual(lastFirst)
  expect(await expectShort('fails')).toBeGreaterThan(4)
}, 60_000)

test('G24: so does a run that was cancelled, and it ends as cancelled', async () => {
  const handle = await begin('is-cancelled')
  while ((await stateOf('is-cancelled')).waiting === undefined) await new Promise((next) => setTimeout(next, 100))
  await station.client.workflow.getHandle('is-cancelled').cancel()
  const { outcome } = await handle.result()
  expect(outcome).toMatchObject({ as: 'aborted', left: [] })
  expect(undosBy('is-cancelled')).toEqual(lastFirst)
  expect(await expectShort('is-cancelled')).toBeGreaterThan(4)
}, 60_000)

test('G24: what an earlier execution could not take back is told by the last one', async () => {
  const { outcome } = await (await begin('is-denied-one')).result()
  expect(outcome).toMatchObject({ as: 'failed-safe', left: [{ step: 'roll.25' }] })
  expect(outcome.message).toMatch(/not taken back: roll\.25$/)
  expect(undosBy('is-denied-one')).toEqual(lastFirst)
}, 60_000)
