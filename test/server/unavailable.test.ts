import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EvidenceUnavailable } from '../../evidence/errors.ts'
import { QUEUES } from '../../schemas/run.ts'
import { alertOf, messageOf } from '../support/alerts.ts'
import { acting, Bench, planOf, runbooksOf } from './fixture.ts'
import type { Answer, Door } from './fixture.ts'

let bench: Bench
let door: Door

const once = planOf('once', { triggers: [acting('Once')], waitsMs: 3_600_000 })
const quick = planOf('quick', { triggers: [acting('Quick')] })
const runbooks = runbooksOf(once, quick)

beforeAll(async () => {
  bench = await Bench.open()
  door = await bench.door(runbooks)
})

afterAll(async () => bench.stop())

const results = ({ body }: Answer) => body.alerts.map(({ result }) => result)
const firing = (alertname: string, labels: Record<string, string> = {}) =>
  alertOf({ alertname, cluster: 'c1', instance: 'db-1', ...labels })

test('while Temporal cannot be reached the answer is 503, and the next message starts the run', async () => {
  const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }), namespace: 'nowhere' })
  const blind = await bench.door(runbooks, { client: away })
  const alert = firing('Once', { cluster: 'unreachable' })
  const refused = await blind.post(messageOf([firing('Unknown'), alert]))
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(results(refused)).toEqual(['no-runbook', 'failed'])
  expect(await bench.runsOf('once')).not.toContain(refused.body.alerts[1]?.runId)
  expect(results(await door.post(messageOf([alert])))).toEqual(['started'])
  await away.connection.close()
})

test('while no worker runs the answer is 503, and the next message finds that Temporal has the run', async () => {
  const idle = await Bench.open([])
  const waiting = await idle.door(runbooks)
  const alert = firing('Once', { cluster: 'idle' })
  const first = await waiting.post(messageOf([alert]))
  expect({ status: first.status, results: results(first) }).toEqual({ status: 503, results: ['failed'] })
  const again = await waiting.post(messageOf([alert]))
  expect({ status: again.status, results: results(again) }).toEqual({ status: 200, results: ['already-handled'] })
  expect(await idle.runsOf('once')).toEqual([again.body.alerts[0]?.runId])
  await idle.stop()
})

test('while the evidence store takes nothing the answer is 503, and nothing is started', async () => {
  const { store } = bench.host
  const full = {
    ...store,
    claimOccurrence: async () => Promise.reject(new EvidenceUnavailable('the evidence store is full', 'make room')),
  }
  const blocked = await bench.door(runbooks, { store: full })
  const alert = firing('Once', { cluster: 'full' })
  const refused = await blocked.post(messageOf([alert]))
  expect(refused.status).toBe(503)
  expect(refused.body.alerts).toMatchObject([{ result: 'failed', detail: 'the evidence store is full' }])
  await expect(bench.client.workflow.getHandle('once/full').describe()).rejects.toThrow('not found')
  expect(results(await door.post(messageOf([alert])))).toEqual(['started'])
})

test('G37: while the live run of the same key is closing the answer is 503, and nothing is merged into it', async () => {
  const unsealed = await Bench.open([QUEUES.runs])
  const closing = await unsealed.door(runbooks)
  const [first] = (await closing.post(messageOf([firing('Quick')]))).body.alerts
  await expect
    .poll(async () => unsealed.client.workflow.getHandle('quick/c1').query('state'))
    .toMatchObject({ phase: 'sealing' })
  const late = await closing.post(messageOf([firing('Quick')]))
  expect(late.status).toBe(503)
  expect(late.body.alerts).toMatchObject([
    { result: 'failed', detail: expect.stringContaining('is just closing') as string },
  ])
  expect(await unsealed.runsOf('quick')).toEqual([first?.runId])
  await unsealed.stop()
})
