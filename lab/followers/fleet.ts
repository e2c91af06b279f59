import type pg from 'pg'
import { answerAs } from '../bus/agent.ts'
import type { Bus } from '../bus/bus.ts'
import type { Faults } from '../faults/faults.ts'
import type { Route } from '../route.ts'
import { createEdge, type Edge, type EdgeQuestion } from './edge.ts'
import { follow, type Follower, type Following } from './follow.ts'
import { createHost } from './host.ts'
import { openProgress, type Progress } from './progress.ts'

/** All edges and hosts, following the stream and answering the control plane. */
export interface Fleet {
  readonly edges: readonly Edge[]
  readonly edgeNames: readonly string[]
  readonly hostNames: readonly string[]
  /** Starts to follow, from the beginning of the stream. */
  start(): Promise<void>
  /** Stops to follow and forgets what was followed. */
  stop(): Promise<void>
}

/** Makes the edges and hosts; their agents answer from now on, following begins with `start`. */
export function createFleet(
  bus: Bus,
  faults: Faults,
  parts: { pool: pg.Pool; edges: readonly string[]; hosts: readonly string[] },
): Fleet {
  const edges = parts.edges.map(createEdge)
  const hosts = parts.hosts.map((name) => createHost(name, parts.pool))
  const progress = openProgress(parts.pool, [...parts.edges, ...parts.hosts])
  for (const edge of edges) {
    answerAs(bus, edge.name, {
      answer: (question) => edge.answer(question as EdgeQuestion),
      silenced: () => faults.silenced(edge.name),
    })
  }
  for (const host of hosts) {
    answerAs(bus, host.name, {
      answer: (question) => host.answer(question as Route),
      silenced: () => faults.silenced(host.name),
    })
  }
  const following = createFollowing([...edges, ...hosts], progress, (follower) =>
    follow(bus, follower, {
      stalled: () => faults.stalled(follower.name),
      applied: (event) => progress.applied(follower.name, event),
    }),
  )
  return { edges, edgeNames: parts.edges, hostNames: parts.hosts, ...following }
}

function createFollowing(
  followers: readonly Follower[],
  progress: Progress,
  begin: (follower: Follower) => Promise<Following>,
): Pick<Fleet, 'start' | 'stop'> {
  let running: Following[] = []
  return {
    async start() {
      running = await Promise.all(followers.map(begin))
    },
    async stop() {
      await Promise.all(running.map((following) => following.stop()))
      for (const follower of followers) follower.clear()
      progress.clear()
      running = []
    },
  }
}
