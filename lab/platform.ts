import type pg from 'pg'
import type { Webhooks } from './admin/webhooks.ts'
import type { Bus } from './bus/bus.ts'
import type { Relay } from './bus/relay.ts'
import type { Counters } from './faults/counters.ts'
import type { Faults } from './faults/faults.ts'
import type { Gate } from './faults/gate.ts'
import type { HeldRequests } from './faults/held.ts'
import type { Fleet } from './followers/fleet.ts'

/** Everything that the practice platform consists of. */
export interface Platform {
  readonly pool: pg.Pool
  readonly bus: Bus
  readonly relay: Relay
  readonly fleet: Fleet
  readonly faults: Faults
  readonly gate: Gate
  readonly held: HeldRequests
  readonly counters: Counters
  readonly webhooks: Webhooks
  /** How long the series of an artifact outlive its traffic. */
  readonly trafficTailMs: number
}
