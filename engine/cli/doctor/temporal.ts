import type { Client } from '@temporalio/client'
import { QUEUES } from '../../../schemas/run.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../host/temporal.ts'
import { temporalOf } from '../station.ts'
import { counted } from '../view/counted.ts'
import { ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'

const ANSWER_MS = 5_000

/** Can Temporal be reached, does it know our search attributes, and does somebody work and seal? */
export const temporal: Look = {
  part: 'temporal',
  look: async ({ state }) => {
    const place = temporalOf(state)
    const client = await connectTemporal(place)
    try {
      const found = await client.withDeadline(Date.now() + ANSWER_MS, async () => [
        ...(await attributes(client)),
        ...(await poller(client, QUEUES.runs, ['worker', 'worker'])),
        ...(await poller(client, QUEUES.sealing, ['sealing process', 'sealer'])),
      ])
      const reached = ok(`${place.address}, namespace ${place.namespace}`)
      return [reached, ...found]
    } finally {
      await client.connection.close()
    }
  },
}

async function attributes(client: Client): Promise<Omit<Finding, 'part'>[]> {
  const { namespace } = client.options
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace })
  const absent = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in (customAttributes ?? {})))
  if (absent.length === 0) return []
  return [wrong(`the namespace lacks the search attributes ${absent.join(', ')}`, 'runproof up (or: runproof worker)')]
}

/** Whoever polls a queue was heard of within the last minutes. */
async function poller(
  client: Client,
  queue: string,
  [who, command]: readonly [string, string],
): Promise<Omit<Finding, 'part'>[]> {
  const { namespace } = client.options
  const taskQueue = { name: queue }
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 2 })
  const heard = (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > Date.now() - 90_000,
  )
  if (heard.length > 0) return [ok(`${counted(heard.length, who)} at ${queue}`)]
  return [wrong(`no ${who} polls ${queue}: runs wait`, `runproof up (or: runproof ${command})`)]
}
