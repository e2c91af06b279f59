import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LeaseStore } from './store.ts'
import { statements } from './sql.ts'

const SQL = statements("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")

/** How long one process waits for another to finish with the file. */
const BUSY_MS = 5_000

/** Leases in a file of one host; every process of the installation opens it for itself. */
export function openSqliteLeases(path: string): LeaseStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: BUSY_MS })
  chmodSync(path, 0o600)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(SQL.make)
  const all = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).all(Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value])))
  const holderOf = (resource: string) => String(all(SQL.holder, resource)[0]?.['holder'] ?? 'nobody')
  return {
    take: async (resource, holder, ttlMs) => {
      const [row] = all(SQL.take, resource, holder, ttlMs)
      return row === undefined ? { heldBy: holderOf(resource) } : { token: Number(row['token']) }
    },
    renew: async (resources, holder, ttlMs) =>
      resources.filter((resource) => all(SQL.renew, resource, holder, ttlMs).length > 0),
    release: async (holder) => void all(SQL.release, holder),
    holders: async () => all(SQL.holders).map((row) => String(row['holder'])),
    close: async () => database.close(),
  }
}
