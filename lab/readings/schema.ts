import type { components } from '../../schemas/generated/platform.ts'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Route } from '../route.ts'
import { routeOf, type Answer, type Reading } from './answer.ts'
import { requireRoute } from './identity.ts'

interface DatabaseState {
  database: string
  data_class: components['schemas']['DataClass']
  version: number
  migrated_at: Date
}

/** The database of the app, and the newest entry of its migration ledger. */
export const schemaState: Reading<'schemaState'> = async ({ pool }, request) => {
  const { environment, app } = routeOf(request)
  const { rows } = await pool.query<DatabaseState>(
    `SELECT database, data_class, version, applied_at AS migrated_at
     FROM placements JOIN migrations USING (environment, app) WHERE environment = $1 AND app = $2
     ORDER BY version DESC LIMIT 1`,
    [environment, app],
  )
  const [state] = rows
  if (state === undefined) throw new PlatformProblem('app-not-found', `there is no app ${app} in ${environment}`)
  return { ...state, migrated_at: state.migrated_at.toISOString() }
}

/** Whether an artifact fits the database as it is now. */
export const artifactFit: Reading<'artifactFit'> = async ({ pool }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  return readFit(pool, route, request.path['digest'] ?? '')
}

interface Fit {
  schema_min: number
  schema_max: number
  version: number
  breaking: number
  migrations_since: number
  destructive_since: number
}

/** Reads the fit of an artifact, which must exist, with the ledger of a route that exists. */
export async function readFit(
  queries: Queries,
  { environment, app }: Route,
  digest: string,
): Promise<Answer<'artifactFit'>> {
  const { rows } = await queries.query<Fit>(FIT, [environment, app, digest])
  const [fit] = rows
  if (fit === undefined) throw new PlatformProblem('artifact-not-found', `the registry never held ${digest}`)
  return {
    digest,
    schema_fits: fit.schema_min <= fit.version && fit.breaking === 0,
    migrations_since: fit.migrations_since,
    destructive_since: fit.destructive_since,
    reason: reasonFor(fit),
  }
}

/** Order decides what came after what: sequences, never clocks. An owner that still is one was healthy until now. */
const FIT = `
  SELECT a.schema_min, a.schema_max, max(m.version)::integer AS version,
         count(*) FILTER (WHERE m.breaking AND m.version > a.schema_max)::integer AS breaking,
         count(*) FILTER (WHERE m.applied_order > since.point)::integer AS migrations_since,
         count(*) FILTER (WHERE m.applied_order > since.point AND m.destructive)::integer AS destructive_since
  FROM artifacts a
  JOIN migrations m ON m.environment = $1 AND m.app = $2
  CROSS JOIN LATERAL (
    SELECT coalesce(max(coalesce(o.until_order, ${Number.MAX_SAFE_INTEGER})), a.built_order) AS point
    FROM ownerships o WHERE o.environment = $1 AND o.app = $2 AND o.digest = a.digest AND o.healthy
  ) since
  WHERE a.digest = $3 GROUP BY a.digest, a.schema_min, a.schema_max`

function reasonFor({ schema_min, schema_max, version, breaking, migrations_since, destructive_since }: Fit): string {
  const tested = `it was tested with schema ${schema_min} to ${schema_max}; the database is at ${version}`
  if (version < schema_min) return `the database is too old for it: ${tested}`
  if (breaking > 0) return `a breaking migration was applied: ${tested}`
  if (destructive_since > 0) return `a destructive migration took away what it may need: ${tested}`
  if (migrations_since > 0) return `migrations were applied since, none of them breaking: ${tested}`
  return `no migration was applied since: ${tested}`
}
