import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context, activityInfo } from '@temporalio/activity'
import { Client, Connection } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import type { Execution } from '../../engine/host/admission.ts'
import { continueRun, keepRun, recallRun } from '../../engine/host/executions.ts'
import type { Host } from '../../engine/host/host.ts'
import { lastExecutionOf, successorOf } from '../../engine/host/last-execution.ts'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { STARTED } from '../../evidence/start.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES, QUEUES, effectsQueue } from '../../schemas/run.ts'
import type { AdmitRequest, ContinueRequest, KeepRequest, Outcome, RunInput, RunState } from '../../schemas/run.ts'
import { block, each, newPlan, undo } from '../core/nested.ts'
import { act, after, decide, read } from '../core/plans.ts'
import { ADMISSION, failed, known, whole } from '../core/recorded.ts'
import { services } from '../support/services.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'
import type { Construct } from './constructs.ts'
import { replay } from './histories.ts'
import { activities, performed, sealing } from './world.ts'

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

let station: {
  readonly client: Client
  readonly code: string
  readonly store: EvidenceStore
  readonly keys: AdmissionKeys
  close(): Promise<void>
}

beforeAll(async () => {
  const { address } = services().temporal
  const namespace = `runproof-heavy-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  quietRuntime()
  const folder = mkdtempSync(join(tmpdir(), 'runproof-heavy-'))
  const store = openStore(join(folder, 'evidence'))
  const keys = new AdmissionKeys(await ensureKey(folder, 'admission'))
  const connection = await NativeConnection.connect({ address })
  // By itself, the client takes no page of a history that has more than 4 MB.
  const channelArgs = { 'grpc.max_receive_message_length': 64_000 * KB }
  const client = new Client({ connection: await Connection.connect({ address, channelArgs }), namespace })
  const { code } = await bundle()
  const common = { connection, namespace, activities: { ...activities(HEAVY), ...handingOver(store, keys) } }
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUES.runs, workflowBundle: { code } }),
    Worker.create({ ...common, taskQueue: effectsQueue('installation') }),
    Worker.create({ connection, namespace, taskQueue: QUEUES.sealing, activities: sealing }),
  ])
  const running = Promise.all(workers.map(async (worker) => worker.run()))
  station = { client, code, store, keys, close }

  async function close(): Promise<void> {
    for (const worker of workers) worker.shutdown()
    await running
    await Promise.all([connection.close(), client.connection.close()])
  }
})
afterAll(async () => station.close())

/** The engine's own activities by which a run is handed over, on a real store. */
function handingOver(store: EvidenceStore, keys: AdmissionKeys) {
  const plans = { find: async () => HEAVY['heavy']?.plan }
  const host = { store, keys, plans } as unknown as Host
  const successor = async ({ workflowId, temporalRunId }: Execution) =>
    successorOf(Context.current().client.workflow.getHandle(workflowId, temporalRunId))
  return {
    [NAMES.admit]: async ({ admission: { admission } }: AdmitRequest) => {
      const start: StartRecord = {
        ...{ runId: admission.runId, workflow: execution(), admissionDigest: DIGEST, planDigest: DIGEST },
        ...{ catalogueDigest: DIGEST, admitted: true, at: admission.admittedAt },
      }
      await store.putOnce(admission.runId, STARTED, jsonBytes(start))
      return { admitted: true }
    },
    [NAMES.keep]: async (request: KeepRequest) => keepRun(request, execution(), host),
    [NAMES.continue]: async (request: ContinueRequest) => continueRun(request, execution(), { host, successor }),
    [NAMES.recall]: async (request: ContinueRequest) => recallRun(request, execution(), host),
  }
}

const DIGEST = `sha256:${createHash('sha256').update('').digest('hex')}`

function execution(): Execution {
  const { workflowExecution, workflowNamespace } = activityInfo()
  const { workflowId = '', runId: temporalRunId = '' } = workflowExecution ?? {}
  return { namespace: workflowNamespace ?? '', workflowId, temporalRunId }
}

type Ended = { readonly outcome: Outcome }

async function begin(name: string): Promise<WorkflowHandle<(input: RunInput) => Promise<Ended>>> {
  const { plan } = HEAVY[name] as Construct
  const admission = await station.keys.admit({ ...ADMISSION, runId: name, workflowId: name })
  return station.client.workflow.start<(input: RunInput) => Promise<Ended>>('practice', {
    ...{ workflowId: name, taskQueue: QUEUES.runs, args: [{ plan, admission }] },
  })
}

/** How many events and bytes each execution of a run has. */
async function executionsOf(workflowId: string) {
  const executions: { runId: string; historyLength: number; historySize: number }[] = []
  for await (const { runId, historyLength, historySize = 0 } of station.client.workflow.list({
    query: `WorkflowId = "${workflowId}"`,
  }))
    executions.push({ runId, historyLength, historySize })
  return executions
}

const doneBy = (run: string) =>
  performed.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1))

test('a run that carries more than one message takes goes on in pieces, in executions whose histories stay short', async () => {
  const handle = await begin('heavy')
  const { outcome } = await handle.result()
  expect(outcome.as).toBe('succeeded')
  const each40 = Array.from({ length: 40 }, (_, at) => at).flatMap((at) => [`first.${at}`, `second.${at}`])
  expect(doneBy('heavy').sort()).toEqual([...each40, 'last'].sort())
  const executions = await executionsOf('heavy')
  expect(executions.length).toBeGreaterThan(2)
  expect(Math.max(...executions.map(({ historySize }) => historySize))).toBeLessThan(20_000 * KB)
  const names = await station.store.list('heavy')
  expect(names.filter((name) => name.startsWith('spilled-')).length).toBeGreaterThan(5)
  const start = JSON.parse(String(await station.store.read('heavy', STARTED))) as StartRecord
  const last = await lastExecutionOf(station.client, start.workflow)
  expect((await last.describe()).status.name).toBe('COMPLETED')
}, 120_000)

test('G24: what such a run has done is taken back on grounds that were left in the evidence store', async () => {
  const handle = await begin('taken-back')
  const { outcome } = await handle.result()
  expect(outcome.as).toBe('failed-safe')
  const all = doneBy('taken-back')
  const forth = all.filter((line) => line.startsWith('first.') && !line.endsWith('-undo'))
  const back = all.filter((line) => line.endsWith('-undo'))
  expect(back.map((line) => line.replace('-undo', '')).sort()).toEqual(forth.sort())
  const executions = await executionsOf('taken-back')
  expect(executions.length).toBeGreaterThan(1)
  for (const { runId } of executions) {
    const history = await station.client.workflow.getHandle('taken-back', runId).fetchHistory()
    expect(await replay(station.code, history)).toBeUndefined()
  }
}, 120_000)

test('a run that not even pieces can carry is paused before Temporal ends it, says why, and can be taken back', async () => {
  const handle = await begin('immovable')
  const state = await until(handle, ({ phase }) => phase === 'paused')
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

async function until(handle: WorkflowHandle, wanted: (state: RunState) => boolean): Promise<RunState> {
  for (;;) {
    const state = await station.client.workflow.getHandle(handle.workflowId).query<RunState>(NAMES.stateQuery)
    if (wanted(state)) return state
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
