import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Client } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/index.ts'
import { QUEUES } from '../../schemas/run.ts'
import { eventually } from '../support/eventually.ts'
import { services } from '../support/services.ts'
import { clockAhead } from './shifted-clock.ts'
import { environment, makeSmallWorkplace, removeWorkplace } from './workplace.ts'

const MAIN = fileURLToPath(new URL('../../engine/cli/main.ts', import.meta.url))
const IDENTITY = `1@elsewhere sha256:${'0'.repeat(64)}`
const namespace = `run-clock-${randomUUID().slice(0, 8)}`
const { address } = services().temporal
const ending = new AbortController()
let client: Client
let folder = ''

beforeAll(async () => {
  folder = await makeSmallWorkplace()
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  client = await connectTemporal({ address, namespace })
  const taskQueue = { name: QUEUES.runs }
  const poll = async () => client.workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity: IDENTITY })
  void client
    .withDeadline(Date.now() + 60_000, async () => client.withAbortSignal(ending.signal, poll))
    .catch(() => undefined)
  await eventually(async () => {
    const asked = { namespace, taskQueue, taskQueueType: 2 }
    return (await client.workflowService.describeTaskQueue(asked)).pollers?.length === 1
  }, 'a worker that polls')
})
afterAll(async () => {
  ending.abort()
  await client.connection.close()
  await removeWorkplace(folder)
})

/** Starts a run on a machine whose clock goes so far ahead, and waits until something is said; nobody would carry the run out. */
async function saidAtStart(aheadMs: number): Promise<string> {
  const clock = await clockAhead(folder, aheadMs)
  const env = { ...environment(), ...clock, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }
  // Not by way of another process, which would be killed in its place.
  const args = [MAIN, 'run', 'ask-first', '--topic-of-talk', 'x']
  const options = { cwd: folder, env, extendEnv: false, reject: false } as const
  const child = execa('node', args, { ...options, timeout: 15_000, killSignal: 'SIGKILL' })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  await Promise.race([eventually(async () => said !== '', 'a word').catch(() => undefined), child])
  child.kill('SIGKILL')
  await child
  return said
}

test.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])(
  'run sees a worker of another catalogue by the clock of Temporal, also where the one here is an hour %s',
  async (_way, aheadMs) => {
    expect(await saidAtStart(aheadMs)).toMatch(
      /^note: the worker 1@elsewhere has opened another catalogue than the one here/,
    )
  },
)
