import type { Client } from '@temporalio/client'
import { QUEUES } from '../../../schemas/run.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../host/temporal.ts'
import { temporalOf } from '../station.ts'
import { counted } from '../view/counted.ts'
import { clockOf } from './clock.ts'
import { note, ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'
import { timeOf } from './temporal-clock.ts'

const ANSWER_MS = 5_000

/** Can Temporal be reached, does it know our search attributes, is its clock ours, and does somebody work and seal? */
export const temporal: Look = {
  part: 'temporal',
  look: async ({ state }) => {
    const place = temporalOf(state)
    const client = await connectTemporal(place)
    try {
      const found = await client.withDeadline(Date.now() + ANSWER_MS, async () => lookAt(client))
      const reached = ok(`${place.address}, namespace ${place.namespace}`)
      return [reached, ...found]
    } finally {
      await client.connection.close()
    }
  },
}

async function lookAt(client: Client): Promise<Omit<Finding, 'part'>[]> {
  const { now, found } = await clock(client)
  return [
    ...(await attributes(client)),
    ...found,
    ...(await poller(client, { queue: QUEUES.runs, who: 'worker', command: 'worker', now })),
    ...(await poller(client, { queue: QUEUES.sealing, who: 'sealing process', command: 'sealer', now })),
  ]
}

/** Questions to people end by the clock of Temporal, and doors judge votes on them by the clock here. */
async function clock(client: Client): Promise<{ readonly now: number; readonly found: Omit<Finding, 'part'>[] }> {
  try {
    const told = await timeOf(client)
    return { now: told.theirs, found: clockOf('Temporal', told) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const unknown = note(
      `the clock of Temporal cannot be told: ${why}`,
      'compare `date -u` here and where Temporal runs',
    )
    return { now: Date.now(), found: [unknown] }
  }
}

async function attributes(client: Client): Promise<Omit<Finding, 'part'>[]> {
  const { namespace } = client.options
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace })
  const absent = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in (customAttributes ?? {})))
  if (absent.length === 0) return []
  return [wrong(`the namespace lacks the search attributes ${absent.join(', ')}`, 'runproof up (or: runproof worker)')]
}

interface Polled {
  readonly queue: string
  readonly who: string
  readonly command: string
  /** By Temporal's clock. */
  readonly now: number
}

/** Whoever polls a queue was heard of within the last minutes. */
async function poller(client: Client, { queue, who, command, now }: Polled): Promise<Omit<Finding, 'part'>[]> {
  const { namespace } = client.options
  const taskQueue = { name: queue }
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 2 })
  const heard = (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > now - 90_000,
  )
  if (heard.length > 0) return [ok(`${counted(heard.length, who)} at ${queue}`)]
  return [wrong(`no ${who} polls ${queue}: runs wait`, `runproof up (or: runproof ${command})`)]
}
