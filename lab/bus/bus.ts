import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'

/** The connection to NATS, with a stream that this process made, and that it alone removes. */
export interface Bus {
  readonly connection: NatsConnection
  readonly jetstream: JetStreamClient
  readonly manager: JetStreamManager
  readonly stream: string
  /** Where route events are published. */
  readonly routes: string
  /** Where an agent answers. */
  agent(name: string): string
}

/** Connects, and makes a stream of a new name for route events. */
export async function openBus(natsUrl: string, id: string): Promise<Bus> {
  const connection = await connectTo(natsUrl, id)
  const manager = await jetstreamManager(connection)
  const stream = `RUNPROOF_LAB_${id}`
  const routes = `runproof.lab.${id}.routes`
  await manager.streams.add({ name: stream, subjects: [routes] })
  const agent = (name: string) => `runproof.lab.${id}.agent.${name}`
  return { connection, jetstream: jetstream(connection), manager, stream, routes, agent }
}

/** Removes the stream and disconnects. */
export async function closeBus(bus: Bus): Promise<void> {
  await bus.manager.streams.delete(bus.stream)
  await bus.connection.close()
}

async function connectTo(natsUrl: string, id: string): Promise<NatsConnection> {
  try {
    return await connect({ servers: natsUrl, name: `runproof lab ${id}`, ...credentials(natsUrl) })
  } catch (cause) {
    throw new Error(`NATS at ${new URL(natsUrl).host} cannot be used`, { cause })
  }
}

function credentials(natsUrl: string): { user?: string; pass?: string } {
  const { username, password } = new URL(natsUrl)
  if (username === '') return {}
  return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
}
