import { routeKey, type Route, type RouteEvent } from '../route.ts'
import type { Follower } from './follow.ts'

/** What an edge routes to; without an operation, somebody wrote it by hand. */
export interface EdgeEntry {
  readonly edge: string
  readonly epoch: number
  readonly digest: string
  readonly operation?: string
}

/** What the control plane may ask of an edge agent. */
export type EdgeQuestion = Route & ({ readonly ask: 'entry' } | { readonly ask: 'write'; readonly digest: string })

/** The agent's answer; `entry` is absent where the edge does not know the route. */
export interface EdgeAnswer {
  readonly entry?: EdgeEntry
}

/** An edge: a table that follows route events, monotonic in the epoch. */
export interface Edge extends Follower {
  answer(question: EdgeQuestion): EdgeAnswer
  /** Digests that took traffic at a time (milliseconds since 1970), or in the `tailMs` before it. */
  serving(route: Route, at: number, tailMs: number): string[]
}

/** When a digest began to take traffic, and when it ended, where it has. */
interface Span {
  readonly digest: string
  readonly since: number
  readonly until: number
}

/** Makes an edge with an empty table. */
export function createEdge(name: string): Edge {
  const table = new Map<string, EdgeEntry>()
  const spans = new Map<string, Span[]>()
  const put = (key: string, entry: EdgeEntry): EdgeAnswer => {
    if (table.get(key)?.digest !== entry.digest) spans.set(key, switchTraffic(spans.get(key) ?? [], entry.digest))
    table.set(key, entry)
    return { entry }
  }
  return {
    name,
    apply({ epoch, digest, operation, ...route }: RouteEvent) {
      const known = table.get(routeKey(route))
      if (known === undefined || epoch > known.epoch) put(routeKey(route), { edge: name, epoch, digest, operation })
    },
    answer(question) {
      const entry = table.get(routeKey(question))
      if (entry === undefined) return {}
      if (question.ask === 'entry') return { entry }
      return put(routeKey(question), { edge: name, epoch: entry.epoch, digest: question.digest })
    },
    serving(route, at, tailMs) {
      const recent = (spans.get(routeKey(route)) ?? []).filter(({ since, until }) => since <= at && at - until < tailMs)
      return [...new Set(recent.map(({ digest }) => digest))]
    },
    clear() {
      table.clear()
      spans.clear()
    },
  }
}

function switchTraffic(spans: readonly Span[], digest: string): Span[] {
  const now = Date.now()
  const ended = spans.map((span) => (span.until === Infinity ? { ...span, until: now } : span))
  return [...ended, { digest, since: now, until: Infinity }]
}
