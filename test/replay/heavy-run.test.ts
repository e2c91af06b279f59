import { afterAll, beforeAll, expect, test } from 'vitest'
import { lastExecutionOf } from '../../engine/host/last-execution.ts'
import { STARTED } from '../../evidence/start.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import type { Plan } from '../../schemas/plan.ts'
import { block, each, newPlan, undo } from '../core/nested.ts'
import { act, after, decide, read } from '../core/plans.ts'
import { failed, known, whole } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { until } from './station.ts'
import { openStoreStation } from './store-station.ts'
import type { StoreStation } from './store-station.ts'
import { doneBy } from './world.ts'

const KB = 1_000
const short: Plan['policy'] = {
  executionEvents: { type: { kind: 'count' }, value: 60, unit: 'count', source: 'test' },
}
/** A reading that is nearly as big as one may be, with characters that have more bytes than one. */
const big = (bytes: number) => known({ ok: true, text: 'x"\\ü€😀'.repeat(Math.ceil(bytes / 13)) })
const items = (count: number) => ({ edges: [whole(...Array.from({ length: count }, (_, at) => at))] })

/** Each item rests on a reading of its own: while ten are under way, and for each that would be taken back. */
const judged = (steps: Plan['steps'], atOnce: number): Plan =>
  newPlan([read('look', ['edges']), block('item', steps, each(undefined, atOnce)), act('last')], { policy: short })
const heavySteps = [
  read('see', ['health']),
  decide('judge', { fine: 'health.ok' }, { otherwise: 'sick', continueOn: ['fine', 'sick'] }),
  act('first', { undo }),
  act('second', { when: after('judge', 'fine') }),
]

const HEAVY: Readonly<Record<string, Construct>> = {
  heavy: {
    plan: judged(heavySteps, 10),
    script: { facts: { health: [big(200 * KB)], ...items(40) } },
    ends: 'succeeded',
  },
  'taken-back': {
    plan: judged(heavySteps, 10),
    script: { facts: { health: [big(200 * KB)], ...items(12) }, effects: { last: [failed] } },
    ends: 'failed-safe',
  },
  immovable: {
    plan: judged([act('first', { undo }), ...Array.from({ length: 4 }, (_, at) => read(`see${at}`, ['health']))], 80),
    script: { facts: { health: [big(240 * KB)], ...items(80) } },
    ends: 'aborted',
  },
}

let station: StoreStation

beforeAll(async () => {
  station = await openStoreStation(HEAVY)
})
afterAll(async () => station?.close())

test('a run that carries more than one message takes goes on in pieces, in executions whose histories stay short', async () => {
  const handle = await station.begin('heavy')
  const { outcome } = await handle.result()
  expect(outcome.as).toBe('succeeded')
  const each40 = Array.from({ length: 40 }, (_, at) => at).flatMap((at) => [`first.${at}`, `second.${at}`])
  expect(doneBy('heavy').sort()).toEqual([...each40, 'last'].sort())
  const executions = await station.partsOf(handle)
  expect(executions.length).toBeGreaterThan(2)
  expect(Math.max(...executions.map(({ historySize }) => historySize))).toBeLessThan(20_000 * KB)
  const names = await station.store.list('heavy')
  expect(names.filter((name) => name.startsWith('spilled-')).length).toBeGreaterThan(5)
  const start = JSON.parse(String(await station.store.read('heavy', STARTED))) as StartRecord
  const last = await lastExecutionOf(station.client, start.workflow)
  expect((await last.describe()).status.name).toBe('COMPLETED')
}, 120_000)

test('G24: what such a run has done is taken back on grounds that were left in the evidence store', async () => {
  const handle = await station.begin('taken-back')
  const { outcome } = await handle.result()
  expect(outcome.as).toBe('failed-safe')
  const all = doneBy('taken-back')
  const forth = all.filter((line) => line.startsWith('first.') && !line.endsWith('-undo'))
  const back = all.filter((line) => line.endsWith('-undo'))
  expect(forth).toHaveLength(12)
  expect(back.map((line) => line.replace('-undo', '')).sort()).toEqual(forth.sort())
  expect((await station.partsOf(handle)).length).toBeGreaterThan(1)
  expect(await station.replayed(handle)).toEqual([])
}, 120_000)

test('a run that not even pieces can carry is paused before Temporal ends it, says why, and can be taken back', async () => {
  const handle = await station.begin('immovable')
  const state = await until(handle, ({ phase }) => phase === 'paused', 500)
  const paused = state.entries.find(({ kind }) => kind === 'paused')
  expect(paused).toMatchObject({
    by: { user: 'runproof' },
    reason: expect.stringContaining('`runproof cancel immovable`') as unknown,
  })
  const { historySize = 0, status } = await handle.describe()
  expect(status.name).toBe('RUNNING')
  expect(historySize).toBeLessThan(48_000 * KB)
  await handle.cancel()
  expect((await handle.result()).outcome.as).toBe('aborted')
  expect(doneBy('immovable').sort()).toEqual(
    Array.from({ length: 80 }, (_, at) => at)
      .flatMap((at) => [`first.${at}`, `first.${at}-undo`])
      .sort(),
  )
}, 180_000)
