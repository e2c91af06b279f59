import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import type { ToldTime } from './clock.ts'

/** Nobody puts a task here. */
const QUEUE = 'runproof-doctor'

const LOOK_AGAIN_MS = 50

/** Temporal takes no poll that would wait less than 2 s. */
const ANSWER_MS = 3_000

/** Temporal tells no time, but when it last heard of whoever polls a queue. So one is polled, until it has heard of that. */
export async function timeOf(client: Client): Promise<ToldTime> {
  return client.withDeadline(Date.now() + ANSWER_MS, async () => pollUntilHeard(client))
}

async function pollUntilHeard(client: Client): Promise<ToldTime> {
  const { namespace } = client.options
  const identity = `${QUEUE}-${randomUUID()}`
  const heard = new AbortController()
  const from = Date.now()
  const polled = client.withAbortSignal(heard.signal, async () =>
    client.workflowService.pollActivityTaskQueue({ namespace, taskQueue: { name: QUEUE }, identity }),
  )
  try {
    const theirs = await Promise.race([heardOf(client, identity, heard.signal), polled.then(unheard)])
    return { theirs, from, to: Date.now() }
  } finally {
    heard.abort()
  }
}

async function heardOf(client: Client, identity: string, signal: AbortSignal): Promise<number> {
  const { namespace } = client.options
  const queue = { namespace, taskQueue: { name: QUEUE }, taskQueueType: 2 }
  for (;;) {
    const { pollers } = await client.workflowService.describeTaskQueue(queue)
    const at = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime
    if (at) return Number(at.seconds ?? 0) * 1000 + (at.nanos ?? 0) / 1e6
    await wait(LOOK_AGAIN_MS, undefined, { signal })
  }
}

function unheard(): never {
  throw new Error('it names nobody who polls')
}
