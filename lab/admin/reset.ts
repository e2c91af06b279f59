import { FIRST_ENVIRONMENTS, makeEnvironment } from '../database/seed.ts'
import type { Platform } from '../platform.ts'

/** Makes everything as it was at the start; held requests are aborted. */
export async function reset(platform: Platform): Promise<void> {
  await forget(platform)
  await platform.fleet.start()
  for (const environment of FIRST_ENVIRONMENTS) await makeEnvironment(platform, environment)
}

async function forget({ pool, bus, relay, fleet, faults, held, counters, webhooks }: Platform): Promise<void> {
  faults.clear()
  held.releaseAll('abort')
  await fleet.stop()
  await pool.query(`TRUNCATE environments, placements, artifacts, commits, operations, route_owners, ownerships,
    migrations, freezes, bindings, allocations, outbox, fences`)
  await relay.idle()
  await bus.manager.streams.purge(bus.stream)
  counters.clear()
  webhooks.clear()
}
