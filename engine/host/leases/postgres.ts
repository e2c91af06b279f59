import { Pool } from 'pg'
import type { LeaseStore } from './store.ts'
import { statements } from './sql.ts'

const SQL = statements({ now: '(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint' })

/** How long a question to the server may take. */
const TIMEOUT_MS = 5_000

/** Leases in a PostgreSQL database, shared by the workers of several hosts. Connects at the first question. */
export function openPostgresLeases(url: () => Promise<string>): LeaseStore {
  let opening: Promise<Pool> | undefined
  const pool = async (): Promise<Pool> => {
    opening ??= open(url)
    return opening.catch((error: unknown) => {
      opening = undefined
      throw error
    })
  }
  const all = async (sql: string, ...values: (string | number)[]) =>
    (await (await pool()).query<Record<string, unknown>>(sql, values)).rows
  const holderOf = async (resource: string) => textOf((await all(SQL.holder, resource))[0]?.['holder']) ?? 'nobody'
  return {
    take: async (resource, holder, ttlMs) => {
      const [row] = await all(SQL.take, resource, holder, ttlMs)
      return row === undefined ? { heldBy: await holderOf(resource) } : { token: Number(row['token']) }
    },
    renew: async (resources, holder, ttlMs) => {
      const renewed = await Promise.all(resources.map(async (resource) => all(SQL.renew, resource, holder, ttlMs)))
      return resources.filter((_resource, at) => (renewed[at]?.length ?? 0) > 0)
    },
    release: async (holder) => void (await all(SQL.release, holder)),
    holders: async () => (await all(SQL.holders)).flatMap((row) => textOf(row['holder']) ?? []),
    close: async () => (await opening)?.end(),
  }
}

async function open(url: () => Promise<string>): Promise<Pool> {
  const pool = new Pool({
    connectionString: await url(),
    max: 4,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    allowExitOnIdle: true,
  })
  // A connection that breaks while nobody uses it is replaced at the next question.
  pool.on('error', () => undefined)
  // Of two processes that make the table at once, one may be told that it is there.
  await pool.query(SQL.make).catch(async () => pool.query(SQL.make))
  return pool
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
