import type { Queries } from '../database/transaction.ts'

/** One thing that was changed, by a client, by the admin API or by the seed. */
export interface JournalEntry {
  readonly what: string
  readonly origin: string
  readonly environment: string | null
  readonly app: string | null
  readonly edge: string | null
  readonly idempotency_key: string | null
  readonly request: unknown
  readonly result: unknown
}

/** Everything that was committed, in order. */
export async function readJournal(queries: Queries): Promise<JournalEntry[]> {
  const { rows } = await queries.query<JournalEntry>(
    `SELECT what, origin, environment, app, edge, idempotency_key, request, result FROM (
       SELECT begun_order AS position, kind AS what, origin, environment, app, edge, idempotency_key, request, result
       FROM operations
       UNION ALL
       SELECT applied_order, 'migration', 'admin', environment, app, NULL, NULL,
              jsonb_build_object('destructive', destructive, 'breaking', breaking), jsonb_build_object('version', version)
       FROM migrations
     ) entries ORDER BY position`,
  )
  return rows
}

/** How many changes of each kind clients have committed. */
export async function countCommitted(queries: Queries): Promise<Record<string, number>> {
  const { rows } = await queries.query<{ kind: string; count: number }>(
    `SELECT kind, count(*)::integer AS count FROM operations WHERE origin = 'client' GROUP BY kind`,
  )
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
}
