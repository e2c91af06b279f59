import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Bus } from './bus.ts'

/** Carries committed events from the outbox to JetStream: at least once, in order, never lost. */
export interface Relay {
  /** Says that something may have been committed. */
  wake(): void
  /** Waits until nothing is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Opens the relay; while NATS is away it tries again, since the events stay in the outbox. */
export function openRelay(pool: pg.Pool, bus: Bus): Relay {
  let wanted = false
  let closed = false
  let running: Promise<void> | undefined
  const run = async () => {
    while (wanted && !closed) {
      wanted = false
      await publishPending(pool, bus).catch(() => {
        wanted = true
        return delay(200)
      })
    }
    running = undefined
  }
  return {
    wake() {
      wanted = true
      running ??= run()
    },
    async idle() {
      await running
    },
    async close() {
      closed = true
      await running
    },
  }
}

/** The row's id is the message id, so that a crash between publish and delete makes no second event. */
async function publishPending(pool: pg.Pool, bus: Bus): Promise<void> {
  const { rows } = await pool.query<{ id: string; event: unknown }>('SELECT id, event FROM outbox ORDER BY id')
  for (const { id, event } of rows) {
    await bus.jetstream.publish(bus.routes, JSON.stringify(event), { msgID: id })
    await pool.query('DELETE FROM outbox WHERE id = $1', [id])
  }
}
