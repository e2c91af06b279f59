import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Change } from '../changes/operate.ts'
import type { Platform } from '../platform.ts'
import type { Operation } from '../readings/operations.ts'

/** A change that happens beside what Runproof does: never held, with a key of its own. */
export function adminChange(kind: Change['kind'], what: Omit<Change, 'kind' | 'key' | 'origin'>): Change {
  return { kind, key: `admin-${randomUUID()}`, origin: 'admin', ...what }
}

const PATIENCE_MS = 5000

/** Waits until an operation has ended; answers its state, which is an open one where an edge or a host is stalled. */
export async function awaitEnd({ pool, faults, fleet }: Platform, operation: string): Promise<Operation['state']> {
  const stuck = [...fleet.edgeNames, ...fleet.hostNames].some((name) => faults.stalled(name))
  const deadline = Date.now() + (stuck ? 0 : PATIENCE_MS)
  for (;;) {
    const { rows } = await pool.query<{ state: Operation['state'] }>('SELECT state FROM operations WHERE id = $1', [
      operation,
    ])
    const state = rows[0]?.state ?? 'failed'
    if (state !== 'edge_propagating' || Date.now() > deadline) return state
    await delay(10)
  }
}
