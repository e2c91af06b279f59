import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openWebhooks } from './admin/webhooks.ts'
import { closeBus, openBus, type Bus } from './bus/bus.ts'
import { openRelay } from './bus/relay.ts'
import type { LabConfig } from './config.ts'
import { createDatabase, type OwnDatabase } from './database/create.ts'
import { FIRST_ENVIRONMENTS, makeEnvironment } from './database/seed.ts'
import { openCounters } from './faults/counters.ts'
import { openFaults } from './faults/faults.ts'
import { openGate } from './faults/gate.ts'
import { openHeldRequests } from './faults/held.ts'
import { createFleet } from './followers/fleet.ts'
import { readContract } from './http/contract.ts'
import { serve } from './http/serve.ts'
import type { Platform } from './platform.ts'

/** A lab that is open: where it listens, what it made, and how it is closed. */
export interface OpenLab {
  readonly url: string
  readonly database: string
  readonly stream: string
  /** Removes the database and the stream that the lab made. */
  close(): Promise<void>
}

/** Opens the lab: its own database and stream, edges and hosts that follow, first environments, and a port. */
export async function openLab(config: LabConfig): Promise<OpenLab> {
  const id = randomBytes(6).toString('hex')
  const database = await createDatabase(config.postgresUrl, id)
  const undo = [() => database.drop()]
  try {
    const bus = await openBus(config.natsUrl, id)
    undo.unshift(() => closeBus(bus))
    const platform = assemble(config, database, bus)
    undo.unshift(() => quiet(platform))
    await platform.fleet.start()
    for (const environment of FIRST_ENVIRONMENTS) await makeEnvironment(platform, environment)
    const server = serve(platform, await readContract(), config)
    undo.unshift(() => stopListening(server))
    return {
      url: await listen(server, config.port),
      database: database.name,
      stream: bus.stream,
      close: () => inOrder(undo),
    }
  } catch (cause) {
    await inOrder(undo)
    throw cause
  }
}

function assemble(config: LabConfig, { pool }: OwnDatabase, bus: Bus): Platform {
  const faults = openFaults()
  return {
    pool,
    bus,
    faults,
    gate: openGate(),
    relay: openRelay(pool, bus),
    fleet: createFleet(bus, faults, { pool, edges: config.edges, hosts: config.hosts }),
    held: openHeldRequests(),
    counters: openCounters(),
    webhooks: openWebhooks(),
    trafficTailMs: config.trafficTailMs,
  }
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function stopListening(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function quiet({ faults, held, fleet, relay }: Platform): Promise<void> {
  faults.clear()
  held.releaseAll('abort')
  await fleet.stop()
  await relay.close()
}

/** Every step is tried, so that one that fails leaves nothing else behind. */
async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) await step().catch((cause: unknown) => errors.push(cause))
  if (errors.length > 0) throw new AggregateError(errors, 'the lab could not remove everything that it made')
}
