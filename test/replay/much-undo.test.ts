import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../schemas/plan.ts'
import { block, each, newPlan, undo } from '../core/nested.ts'
import { act, read } from '../core/plans.ts'
import { failed, known, whole } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { openStoreStation } from './store-station.ts'
import type { StoreStation } from './store-station.ts'
import { performed } from './world.ts'

const KB = 1_000
const ITEMS = 12
const short: Plan['policy'] = {
  executionEvents: { type: { kind: 'count' }, value: 60, unit: 'count', source: 'test' },
}
const big = known({ ok: true, text: 'x"\\ü€😀'.repeat(Math.ceil((200 * KB) / 13)) })
const facts = { health: [big], edges: [whole(...Array.from({ length: ITEMS }, (_, at) => at))] }
/** Each item goes back to a text that is nearly as big as one may be. */
const back = { ...undo, with: { text: { path: ['health', 'text'] } } }
const judged: Plan = newPlan(
  [
    read('look', ['edges']),
    block('item', [read('see', ['health']), act('first', { undo: back })], each(undefined, ITEMS)),
    act('last'),
  ],
  { policy: short },
)

const MUCH: Readonly<Record<string, Construct>> = {
  'much-to-go-back': { plan: judged, script: { facts, effects: { last: [failed] } }, ends: 'failed-safe' },
}

let station: StoreStation

beforeAll(async () => {
  station = await openStoreStation(MUCH)
})
afterAll(async () => station.close())

const doneBy = (run: string) =>
  performed.filter((line) => line.startsWith(`${run} first.`)).map((line) => line.slice(run.length + 1))

test('G24: what goes back with more than one answer takes is looked up in parts, and taken back once, in short executions', async () => {
  const handle = await station.begin('much-to-go-back', { workflowExecutionTimeout: 100_000 })
  const { outcome } = await handle.result()
  expect(outcome).toMatchObject({ as: 'failed-safe', left: [] })
  expect(outcome.message).toBe('stopped at `last` (failed): the target refused')
  const done = doneBy('much-to-go-back')
  const forth = done.filter((line) => !line.endsWith('-undo'))
  expect(forth).toHaveLength(ITEMS)
  // Items side by side have no order.
  expect(done.slice(ITEMS).sort()).toEqual(forth.map((line) => `${line}-undo`).sort())
  const parts = await station.partsOf(handle)
  expect(Math.max(...parts.map(({ historySize }) => historySize))).toBeLessThan(20_000 * KB)
  expect(await station.replayed(handle)).toEqual([])
}, 120_000)
