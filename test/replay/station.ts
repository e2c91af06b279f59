import { randomBytes } from 'node:crypto'
import { Client, Connection, ServiceError, isGrpcServiceError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { NAMES, QUEUES, effectsQueue } from '../../schemas/run.ts'
import type { RunState } from '../../schemas/run.ts'
import { services } from '../support/services.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'
import type { Construct } from './constructs.ts'
import { activities, sealing } from './world.ts'
import type { Activities } from './world.ts'

/** By itself, the client takes no page of a history that has more than 4 MB. */
const CHANNEL = { 'grpc.max_receive_message_length': 64_000_000 }

/** No machine's name belongs into a history that is kept. */
const IDENTITY = 'test'

/** A namespace of the real Temporal, with workers that answer as scripts say. */
export interface Station {
  readonly client: Client
  readonly code: string
  close(): Promise<void>
}

/** Opens a namespace and its workers; `instead` are activities that do more than the scripts say. */
export async function openStation(
  constructs: Readonly<Record<string, Construct>>,
  instead: (scripted: Activities) => Activities = () => ({}),
): Promise<Station> {
  const { address } = services().temporal
  const namespace = `runproof-replay-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  quietRuntime()
  const connection = await NativeConnection.connect({ address })
  const own = await Connection.connect({ address, channelArgs: CHANNEL })
  const client = new Client({ connection: own, namespace, identity: IDENTITY })
  const { code } = await bundle()
  const common = { connection, namespace, identity: IDENTITY }
  const scripted = activities(constructs)
  const answers = { ...scripted, ...instead(scripted) }
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUES.runs, workflowBundle: { code }, activities: answers }),
    Worker.create({ ...common, taskQueue: QUEUES.sealing, activities: sealing }),
    Worker.create({ ...common, taskQueue: effectsQueue('installation'), activities: answers }),
  ])
  const running = Promise.all(workers.map(async (worker) => worker.run()))
  return { client, code, close: async () => closed(workers, running) }

  async function closed(open: readonly Worker[], ended: Promise<unknown>): Promise<void> {
    for (const worker of open) worker.shutdown()
    await ended
    await Promise.all([connection.close(), client.connection.close()])
  }
}

/** The state of a run, once it is as wanted. */
export async function until(
  handle: WorkflowHandle,
  wanted: (state: RunState) => boolean,
  lookEveryMs = 50,
): Promise<RunState> {
  for (;;) {
    const state = await handle.query<RunState>(NAMES.stateQuery).catch(whileTaskFails)
    if (state !== undefined && wanted(state)) return state
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** Temporal lets a task fail during which more came than it buffers, and answers no query until the next one has gone well. */
function whileTaskFails(error: unknown): undefined {
  const cause = error instanceof ServiceError ? error.cause : undefined
  if (isGrpcServiceError(cause) && cause.details.includes('Workflow Task in failed state')) return
  throw error
}
