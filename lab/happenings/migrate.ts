import type { Queries } from '../database/transaction.ts'
import type { Route } from '../route.ts'
import type { Migration } from './schemas.ts'

/** Applies a migration: the next version of the ledger. */
export async function applyMigration(tx: Queries, { environment, app }: Route, migration: Migration): Promise<number> {
  const { destructive, breaking = destructive } = migration
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO migrations (environment, app, version, destructive, breaking)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM migrations WHERE environment = $1 AND app = $2
     RETURNING version`,
    [environment, app, destructive, breaking],
  )
  return rows[0]?.version ?? 0
}
