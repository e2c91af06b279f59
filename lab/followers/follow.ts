import { setTimeout as delay } from 'node:timers/promises'
import type { Bus } from '../bus/bus.ts'
import type { RouteEvent } from '../route.ts'

/** Something that follows route events: an edge or a host. */
export interface Follower {
  readonly name: string
  /** Applies an event, unless it knows a newer epoch. */
  apply(event: RouteEvent): void | Promise<void>
  /** Forgets everything. */
  clear(): void
}

/** A follower at work. */
export interface Following {
  stop(): Promise<void>
}

/** Follows the stream from its beginning, by an ordered consumer of its own; `stalled` holds it where it is. */
export async function follow(
  bus: Bus,
  follower: Follower,
  watch: { stalled(): boolean; applied(event: RouteEvent): Promise<void> },
): Promise<Following> {
  const consumer = await bus.jetstream.consumers.get(bus.stream, {})
  const messages = await consumer.consume({ max_messages: 100 })
  const stopping = new AbortController()
  const done = (async () => {
    for await (const message of messages) {
      while (watch.stalled() && !stopping.signal.aborted) await delay(20)
      if (stopping.signal.aborted) return
      const event = message.json<RouteEvent>()
      await follower.apply(event)
      await watch.applied(event)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      messages.stop()
      await done
    },
  }
}
