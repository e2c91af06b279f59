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
import type { RecallPartRequest } from '../../engine/core/pieces.ts'
import type { Host } from '../../engine/host/host.ts'
import { successorOf } from '../../engine/host/last-execution.ts'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { withGroundsNamed, withWholeGrounds } from '../../engine/host/whole-grounds.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { STARTED } from '../../evidence/start.ts'
import { openStore } from '../../evidence/store.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES, QUEUES, effectsQueue } from '../../schemas/run.ts'
import type {
  AdmitRequest,
  ClaimRequest,
  ContinueRequest,
  EffectRequest,
  Grounds,
  KeepRequest,
  OptionsRequest,
  Outcome,
  RunInput,
} from '../../schemas/run.ts'
import { ask, block, each, newPlan, undo } from '../core/nested.ts'
import { act, decide, read } from '../core/plans.ts'
import { ADMISSION, failed, known, whole } from '../core/recorded.ts'
import { services } from '../support/services.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'
import type { Construct } from './constructs.ts'
import { replay } from './histories.ts'
import { activities, performed, sealing } from './world.ts'

const KB = 1_000
const text = (bytes: number) => 'x"\\ü€😀'.repeat(Math.ceil(bytes / 13))
const big = (bytes: number) => known({ ok: true, text: text(bytes) })
const items = (count: number) => ({ edges: [whole(...Array.from({ length: count }, (_, at) => at))] })

/** Each decision rests on a reading of its own: twelve of these are more than one request may weigh. */
const decisions = Array.from({ length: 12 }, (_, at) => [
  read(`see${at}`, ['health']),
  decide(`judge${at}`, { fine: 'health.ok' }, { otherwise: 'sick', continueOn: ['fine', 'sick'] }),
]).flat()
const health = [big(200 * KB)]
const claims = { effect: 'claim.succeeded', target: { seen: { path: ['health', 'text'] } } }
const wide = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`part${at}`, { path: ['health', 'text'] }]))

const HEAVY: Readonly<Record<string, Construct>> = {
  'much-to-rest-on': {
    plan: newPlan([...decisions, act('first', { undo }), act('second', { undo }), act('last')]),
    script: { facts: { health }, effects: { last: [failed] } },
    ends: 'failed-safe',
  },
  'asked-on-much': {
    plan: newPlan([...decisions, ask('which', { one: ['route.rollback'] }, { withinMs: 500 })]),
    script: { facts: { health } },
    ends: 'aborted',
  },
  'too-large-itself': {
    plan: newPlan([read('see', ['health']), act('first', { undo }), act('second', { with: wide })]),
    script: { facts: { health } },
    ends: 'blocked',
  },
  'too-large-to-claim': {
    plan: newPlan([read('see', ['health']), act('first')], {
      outcomes: [
        {
          ...{ name: 'fixed', as: 'succeeded', when: [], tell: [], place: { file: 'test.yaml', line: 1, col: 1 } },
          claims: [{ ...claims, target: wide }],
        } as unknown as Plan['outcomes'][number],
      ],
    }),
    script: { facts: { health } },
    ends: 'failed-unsafe',
  },
  'many-at-once': {
    plan: newPlan([
      read('look', ['edges']),
      read('see', ['health']),
      act('roll', { ...each(undefined, 40), with: { text: { path: ['health', 'text'] } } }),
    ]),
    script: { facts: { health: [big(240 * KB)], ...items(40) } },
    ends: 'succeeded',
  },
  'much-for-many-at-once': {
    plan: newPlan([read('look', ['edges']), ...decisions, block('item', [act('roll')], each(undefined, 12))]),
    script: { facts: { health, ...items(12) } },
    ends: 'succeeded',
  },
}

let station: { readonly client: Client; readonly code: string; readonly keys: AdmissionKeys; close(): Promise<void> }
/** What each request rested on when it was put together, by run and activity. */
const rested = new Map<string, Grounds | undefined>()

beforeAll(async () => {
  const { address } = services().temporal
  const namespace = `runproof-requests-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  quietRuntime()
  const folder = mkdtempSync(join(tmpdir(), 'runproof-requests-'))
  const keys = new AdmissionKeys(await ensureKey(folder, 'admission'))
  const host = { store: openStore(join(folder, 'evidence')), keys, plans: { find: async () => newPlan([]) } }
  const connection = await NativeConnection.connect({ address })
  const channelArgs = { 'grpc.max_receive_message_length': 64_000 * KB }
  const client = new Client({ connection: await Connection.connect({ address, channelArgs }), namespace })
  const { code } = await bundle()
  const common = { connection, namespace, activities: onARealStore(host as unknown as Host) }
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUES.runs, workflowBundle: { code } }),
    Worker.create({ ...common, taskQueue: effectsQueue('installation') }),
    Worker.create({ connection, namespace, taskQueue: QUEUES.sealing, activities: sealing }),
  ])
  const running = Promise.all(workers.map(async (worker) => worker.run()))
  station = { client, code, keys, close }

  async function close(): Promise<void> {
    for (const worker of workers) worker.shutdown()
    await running
    await Promise.all([connection.close(), client.connection.close()])
  }
})
afterAll(async () => station.close())

/** Pieces are kept in a real store, and put together from it as the worker does. */
function onARealStore(host: Host) {
  const scripted: Record<string, (argument: never) => Promise<unknown>> = activities(HEAVY)
  const together = (name: string) => async (request: EffectRequest | ClaimRequest | OptionsRequest) => {
    const { grounds } = await withWholeGrounds(request, execution(), host)
    rested.set(`${request.admission.admission.runId} ${activityInfo().activityId}`, grounds)
    return scripted[name]?.(request as never)
  }
  const successor = async ({ workflowId, temporalRunId }: Execution) =>
    successorOf(Context.current().client.workflow.getHandle(workflowId, temporalRunId))
  const doors = ['lab.freeze', 'lab.rollback', 'lab.build', NAMES.claim, NAMES.options]
  return {
    ...scripted,
    ...Object.fromEntries(doors.map((name) => [name, together(name)])),
    [NAMES.admit]: async ({ admission: { admission } }: AdmitRequest) => {
      const start: StartRecord = {
        ...{ runId: admission.runId, workflow: execution(), admissionDigest: DIGEST, planDigest: DIGEST },
        ...{ catalogueDigest: DIGEST, admitted: true, at: admission.admittedAt },
      }
      await host.store.putOnce(admission.runId, STARTED, jsonBytes(start))
      return { admitted: true }
    },
    [NAMES.keep]: async (request: KeepRequest) => keepRun(request, execution(), host),
    [NAMES.continue]: async (request: ContinueRequest) => continueRun(request, execution(), { host, successor }),
    [NAMES.recall]: async (request: RecallPartRequest) => {
      const kept = await recallRun(request, execution(), host)
      const { runId } = request.admission.admission
      return request.at === undefined ? kept : withGroundsNamed(kept, runId, host.store)
    },
  }
}

const DIGEST = `sha256:${createHash('sha256').update('').digest('hex')}`

function execution(): Execution {
  const { workflowExecution, workflowNamespace } = activityInfo()
  const { workflowId = '', runId: temporalRunId = '' } = workflowExecution ?? {}
  return { namespace: workflowNamespace ?? '', workflowId, temporalRunId }
}

type Ended = { readonly outcome: Outcome }

/** Carries a run out; its history must replay. */
async function ended(name: string): Promise<Outcome> {
  const { plan } = HEAVY[name] as Construct
  const admission = await station.keys.admit({ ...ADMISSION, runId: name, workflowId: name })
  const handle: WorkflowHandle<(input: RunInput) => Promise<Ended>> = await station.client.workflow.start<
    (input: RunInput) => Promise<Ended>
  >('practice', {
    workflowId: name,
    taskQueue: QUEUES.runs,
    args: [{ plan, admission }],
    workflowExecutionTimeout: 60_000,
  })
  const { outcome } = await handle.result()
  for (const { runId } of await executionsOf(name)) {
    const history = await station.client.workflow.getHandle(name, runId).fetchHistory()
    expect(await replay(station.code, history)).toBeUndefined()
  }
  return outcome
}

async function executionsOf(workflowId: string) {
  const executions: { runId: string; historySize: number }[] = []
  for await (const { runId, historySize = 0 } of station.client.workflow.list({
    query: `WorkflowId = "${workflowId}"`,
  }))
    executions.push({ runId, historySize })
  return executions
}

const doneBy = (run: string) =>
  performed.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1))

test('an effect that rests on more than one message takes goes through the door, and is taken back through it', async () => {
  const outcome = await ended('much-to-rest-on')
  expect(outcome.as).toBe('failed-safe')
  expect(doneBy('much-to-rest-on')).toEqual(['first', 'second', 'last', 'second-undo', 'first-undo'])
  for (const activity of ['first', 'first-undo', 'claim.1']) {
    const grounds = rested.get(`much-to-rest-on ${activity}`)
    expect(Object.keys(grounds?.decisions ?? {}), activity).toHaveLength(12)
    expect(grounds?.decisions['judge11']?.['health']?.record.value, activity).toEqual({
      ok: true,
      text: text(200 * KB),
    })
  }
  // What they all rest on is in the history once.
  expect(Math.max(...(await executionsOf('much-to-rest-on')).map(({ historySize }) => historySize))).toBeLessThan(
    9_000 * KB,
  )
}, 90_000)

test('G22: a question is judged on more than one message takes', async () => {
  const outcome = await ended('asked-on-much')
  expect(outcome.as).toBe('aborted')
  expect(Object.keys(rested.get('asked-on-much which?')?.decisions ?? {})).toHaveLength(12)
}, 90_000)

test('an effect whose own inputs are too large is denied, in words that help, and what was done is taken back', async () => {
  const outcome = await ended('too-large-itself')
  expect(outcome).toMatchObject({ as: 'blocked', denial: { by: 'evidence', unknown: false } })
  expect(outcome.denial?.message).toMatch(/^its inputs are too large: the request has \d\.\d MB .* 2 MB at most$/)
  expect(doneBy('too-large-itself')).toEqual(['first', 'first-undo'])
}, 90_000)

test('a claim that is too large is denied, and the run ends in order', async () => {
  const outcome = await ended('too-large-to-claim')
  expect(outcome).toMatchObject({ as: 'failed-unsafe', denial: { by: 'evidence' } })
  expect(outcome.message).toContain('its inputs are too large')
}, 90_000)

test('effects that are too much together for one message begin one after another', async () => {
  expect((await ended('many-at-once')).as).toBe('succeeded')
  expect(doneBy('many-at-once')).toHaveLength(40)
}, 90_000)

test('what many effects at once rest on is kept once', async () => {
  expect((await ended('much-for-many-at-once')).as).toBe('succeeded')
  expect(doneBy('much-for-many-at-once')).toHaveLength(12)
  expect(Object.keys(rested.get('much-for-many-at-once roll.11')?.decisions ?? {})).toHaveLength(12)
  expect(Math.max(...(await executionsOf('much-for-many-at-once')).map(({ historySize }) => historySize))).toBeLessThan(
    12_000 * KB,
  )
}, 90_000)
