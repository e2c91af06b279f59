import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LeaseStore } from './store.ts'
import { statements } from './sql.ts'

/** No lease in a file lasts longer: one that seems to was taken before the machine was started anew. */
const LONGEST_MS = 60_000

const SQL = statements({ now: 'runproof_uptime_ms()', longestMs: LONGEST_MS })

/** How long one process waits for another to finish with the file. */
const BUSY_MS = 5_000

/**
 * Leases in a file of one host; every process of the installation opens it for itself. They end by the monotonic clock that all
 * processes of a machine share: whoever sets the time of day takes nobody's lease away, and prolongs none.
 */
export function openSqliteLeases(path: string): LeaseStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: BUSY_MS })
  chmodSync(path, 0o600)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.function('runproof_uptime_ms', () => Number(process.hrtime.bigint() / 1_000_000n))
  database.exec(SQL.make)
  const all = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).all(Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value])))
  const holderOf = (resource: string) => String(all(SQL.holder, resource)[0]?.['holder'] ?? 'nobody')
  return {
    take: async (resource, holder, ttlMs) => {
      requireShort(ttlMs)
      const [row] = all(SQL.take, resource, holder, ttlMs)
      return row === undefined ? { heldBy: holderOf(resource) } : { token: Number(row['token']) }
    },
    renew: async (resources, holder, ttlMs) => {
      requireShort(ttlMs)
      return resources.filter((resource) => all(SQL.renew, resource, holder, ttlMs).length > 0)
    },
    release: async (holder) => void all(SQL.release, holder),
    holders: async () => all(SQL.holders).map((row) => String(row['holder'])),
    close: async () => database.close(),
  }
}

function requireShort(ttlMs: number): void {
  if (ttlMs > LONGEST_MS) throw new Error(`a lease lasts ${LONGEST_MS} ms at most`)
}
