import type pg from 'pg'
import type { Route, RouteEvent } from '../route.ts'
import type { Follower } from './follow.ts'

/** One running copy of an app. */
export interface HostAllocation {
  readonly allocation: string
  readonly digest: string
  readonly ready: boolean
}

/** The host agent's answer. */
export interface HostAnswer {
  readonly items: readonly HostAllocation[]
}

/** A host: it runs one allocation of every app, of the digest that owns the route. */
export interface Host extends Follower {
  answer(route: Route): Promise<HostAnswer>
}

/** Makes a host; its allocations are in PostgreSQL. */
export function createHost(name: string, pool: pg.Pool): Host {
  return {
    name,
    async apply(event) {
      await replaceAllocation(pool, name, event)
    },
    async answer({ environment, app }) {
      const { rows } = await pool.query<HostAllocation>(
        'SELECT id AS allocation, digest, ready FROM allocations WHERE host = $1 AND environment = $2 AND app = $3',
        [name, environment, app],
      )
      return { items: rows }
    },
    clear: () => undefined,
  }
}

async function replaceAllocation(pool: pg.Pool, host: string, event: RouteEvent): Promise<void> {
  const { environment, app, digest, epoch } = event
  await pool.query(
    `INSERT INTO allocations (host, environment, app, id, digest, epoch, ready) VALUES ($1, $2, $3, $4, $5, $6, true)
     ON CONFLICT (host, environment, app) DO UPDATE SET id = excluded.id, digest = excluded.digest, epoch = excluded.epoch
     WHERE allocations.epoch < excluded.epoch`,
    [host, environment, app, `${environment}.${app}.${epoch}.${host}`, digest, epoch],
  )
}
