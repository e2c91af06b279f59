import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type { Outcome, RunInput, RunState, SignedAdmission, SignedVote } from '../../schemas/run.ts'
import { ADMISSION } from '../core/recorded.ts'
import { services } from '../support/services.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'
import { CONSTRUCTS } from './constructs.ts'
import type { Construct } from './constructs.ts'
import { keep, replay } from './histories.ts'
import { activities, sealing } from './world.ts'

/** No machine's name belongs into a history that is kept. */
const IDENTITY = 'test'

let client: Client
let code: string
let workers: Worker[]
let running: Promise<void[]>
let native: NativeConnection

beforeAll(async () => {
  const { address } = services().temporal
  const namespace = `runproof-replay-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  quietRuntime()
  native = await NativeConnection.connect({ address })
  client = new Client({ connection: await Connection.connect({ address }), namespace, identity: IDENTITY })
  code = (await bundle()).code
  const common = { connection: native, namespace, identity: IDENTITY }
  workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUES.runs, workflowBundle: { code }, activities: activities() }),
    Worker.create({ ...common, taskQueue: QUEUES.sealing, activities: sealing }),
  ])
  running = Promise.all(workers.map(async (worker) => worker.run()))
})

afterAll(async () => {
  for (const worker of workers) worker.shutdown()
  await running
  await Promise.all([native.close(), client.connection.close()])
})

describe('on the real Temporal', () => {
  test.each(Object.entries(CONSTRUCTS))('a run with %s ends as it should, and replays', async (name, construct) => {
    const handle = await begin(name, construct)
    if (construct.person === 'votes') await vote(handle)
    if (construct.person === 'cancels') await cancelOnceWaiting(handle)
    const { outcome } = await handle.result()
    expect(outcome.as).toBe(construct.ends)
    expect((await handle.query<RunState>(NAMES.stateQuery)).phase).toBe('sealed')
    const history = await handle.fetchHistory()
    if (process.env['UPDATE'] === '1') await keep(name, history)
    expect(await replay(code, history)).toBeUndefined()
  })
})

type Handle = WorkflowHandle<(input: RunInput) => Promise<{ outcome: Outcome }>>

async function begin(name: string, { plan }: Construct): Promise<Handle> {
  const admission: SignedAdmission = { admission: { ...ADMISSION, runId: name }, keyid: 'test', signature: 'test' }
  const input: RunInput = { plan, admission }
  return client.workflow.start<(input: RunInput) => Promise<{ outcome: Outcome }>>(plan.runbook.id, {
    workflowId: name,
    taskQueue: QUEUES.runs,
    args: [input],
  })
}

async function vote(handle: Handle): Promise<void> {
  const { waiting } = await until(handle, (state) => state.waiting !== undefined)
  const vote: SignedVote['vote'] = {
    type: 'runproof.vote.v1',
    runId: handle.workflowId,
    step: waiting?.step ?? '',
    planDigest: ADMISSION.planDigest,
    factsDigest: waiting?.factsDigest ?? '',
    decision: 'approve',
    role: 'lead',
    by: { user: 'ben', host: 'test', assurance: 'self-asserted' },
    nonce: 'once',
    votedAt: '2026-01-01T00:00:00.000Z',
  }
  await handle.executeUpdate(NAMES.voteUpdate, { args: [{ vote, keyid: 'test', signature: 'test' }] })
}

/** Cancels between two readings of an expectation, or while a question is open. */
async function cancelOnceWaiting(handle: Handle): Promise<void> {
  await until(handle, ({ facts, waiting }) => facts['health'] !== undefined || waiting !== undefined)
  await handle.cancel()
}

async function until(handle: Handle, wanted: (state: RunState) => boolean): Promise<RunState> {
  for (;;) {
    const state = await handle.query<RunState>(NAMES.stateQuery)
    if (wanted(state)) return state
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
