import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { QUEUES, effectsQueue } from '../../schemas/run.ts'
import { services } from '../support/services.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'
import type { Construct } from './constructs.ts'
import { activities, sealing } from './world.ts'

/** No machine's name belongs into a history that is kept. */
const IDENTITY = 'test'

/** A namespace of the real Temporal, with workers that answer as scripts say. */
export interface Station {
  readonly client: Client
  readonly code: string
  close(): Promise<void>
}

/** Opens a namespace and its workers. */
export async function openStation(constructs: Readonly<Record<string, Construct>>): Promise<Station> {
  const { address } = services().temporal
  const namespace = `runproof-replay-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  quietRuntime()
  const connection = await NativeConnection.connect({ address })
  const client = new Client({ connection: await Connection.connect({ address }), namespace, identity: IDENTITY })
  const { code } = await bundle()
  const common = { connection, namespace, identity: IDENTITY }
  const scripted = activities(constructs)
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUES.runs, workflowBundle: { code }, activities: scripted }),
    Worker.create({ ...common, taskQueue: QUEUES.sealing, activities: sealing }),
    Worker.create({ ...common, taskQueue: effectsQueue('installation'), activities: scripted }),
  ])
  const running = Promise.all(workers.map(async (worker) => worker.run()))
  return { client, code, close: async () => closed(workers, running) }

  async function closed(open: readonly Worker[], ended: Promise<unknown>): Promise<void> {
    for (const worker of open) worker.shutdown()
    await ended
    await Promise.all([connection.close(), client.connection.close()])
  }
}
