import { afterAll, beforeAll, expect, test } from 'vitest'
import { QUEUES } from '../../schemas/run.ts'
import type { Outcome, RunInput } from '../../schemas/run.ts'
import { block, each, newPlan, undo } from '../core/nested.ts'
import { act, read } from '../core/plans.ts'
import { ADMISSION, owner, whole } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { openStation } from './station.ts'
import type { Station } from './station.ts'
import { performed, recalled } from './world.ts'

const ITEMS = 50

/** 50 times 50 items of two steps each: every step an effect that is taken back where the run stops. */
const LONG: Construct = {
  plan: newPlan([
    read('look', ['edges']),
    block('outer', [block('inner', [act('first', { undo }), act('second')], each(undefined, 25, 'other'))], each()),
  ]),
  script: { facts: { owner: [owner(7)], edges: [whole(...Array.from({ length: ITEMS }, (_, at) => at))] } },
  ends: 'succeeded',
}

let station: Station

beforeAll(async () => {
  station = await openStation({ long: LONG })
})

afterAll(async () => station.close())

test('a run of 5,000 steps ends, each done once, in executions whose histories stay short', async () => {
  const admission = { admission: { ...ADMISSION, runId: 'long' }, keyid: 'test', signature: 'test' }
  const input: RunInput = { plan: LONG.plan, admission }
  const handle = await station.client.workflow.start<(input: RunInput) => Promise<{ outcome: Outcome }>>('practice', {
    workflowId: 'long',
    taskQueue: QUEUES.runs,
    args: [input],
  })
  const { outcome } = await handle.result()
  expect(outcome.as).toBe('succeeded')
  const expected = Array.from({ length: ITEMS * ITEMS }, (_, at) => `${Math.floor(at / ITEMS)}.${at % ITEMS}`)
  const effects = expected.flatMap((at) => [`long first.${at}`, `long second.${at}`])
  expect([...performed].sort()).toEqual(effects.sort())
  expect(recalled.length).toBeGreaterThan(5)
  const { historyLength } = await station.client.workflow.getHandle('long').describe()
  expect(historyLength).toBeLessThan(5_000)
}, 400_000)
