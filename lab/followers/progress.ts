import type pg from 'pg'
import { routeKey, type RouteEvent } from '../route.ts'

/** Ends route operations when every edge and every host has followed. */
export interface Progress {
  applied(follower: string, event: RouteEvent): Promise<void>
  clear(): void
}

/** Keeps the newest epoch of each follower. */
export function openProgress(pool: pg.Pool, followers: readonly string[]): Progress {
  const epochs = new Map<string, Map<string, number>>()
  return {
    async applied(follower, event) {
      const reached = epochs.get(routeKey(event)) ?? new Map<string, number>()
      epochs.set(routeKey(event), reached.set(follower, Math.max(event.epoch, reached.get(follower) ?? 0)))
      const everywhere = Math.min(...followers.map((name) => reached.get(name) ?? 0))
      await endOperations(pool, event, everywhere)
    },
    clear: () => epochs.clear(),
  }
}

async function endOperations(pool: pg.Pool, { environment, app }: RouteEvent, epoch: number): Promise<void> {
  await pool.query(
    `UPDATE operations SET state = CASE kind WHEN 'rollback' THEN 'rolled_back' ELSE 'healthy' END
     WHERE environment = $1 AND app = $2 AND state = 'edge_propagating' AND (result->>'epoch')::integer <= $3`,
    [environment, app, epoch],
  )
}
