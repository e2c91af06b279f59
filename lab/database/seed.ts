import { addArtifact, digestOf } from '../changes/artifact.ts'
import { changeRoute } from '../changes/change-route.ts'
import { operate } from '../changes/operate.ts'
import { awaitEnd } from '../happenings/admin-change.ts'
import { applyMigration } from '../happenings/migrate.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Platform } from '../platform.ts'
import type { Operation } from '../readings/operations.ts'
import type { Route } from '../route.ts'
import { inTransaction, type Queries } from './transaction.ts'

/** An environment to be made, with its apps at version 1. */
export interface NewEnvironment {
  readonly environment: string
  readonly class: 'production' | 'staging'
  readonly apps: readonly string[]
  /** How long ago everything in it was set up. */
  readonly ageMs: number
}

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000

/** What is there from the start. */
export const FIRST_ENVIRONMENTS: readonly NewEnvironment[] = [
  { environment: 'production', class: 'production', apps: ['shop', 'desk'], ageMs: THREE_DAYS_MS },
  { environment: 'staging', class: 'staging', apps: ['shop', 'desk'], ageMs: THREE_DAYS_MS },
]

/** Makes an environment, and waits until its edges and hosts serve version 1 of each app. */
export async function makeEnvironment(platform: Platform, wanted: NewEnvironment): Promise<void> {
  await inTransaction(platform.pool, (tx) => insertEnvironment(tx, wanted))
  for (const app of wanted.apps) {
    const { id } = await firstPromotion(platform, { environment: wanted.environment, app })
    await awaitEnd(platform, id)
  }
  await setBack(platform.pool, wanted)
}

async function insertEnvironment(tx: Queries, { environment, class: kind, apps }: NewEnvironment): Promise<void> {
  const { rowCount } = await tx.query('INSERT INTO environments (id, class) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    environment,
    kind,
  ])
  if (rowCount === 0) throw new PlatformProblem('bad-request', `there is an environment ${environment} already`)
  for (const app of apps) await insertApp(tx, { environment, app })
}

async function insertApp(tx: Queries, { environment, app }: Route): Promise<void> {
  await tx.query('INSERT INTO placements (environment, app, database, data_class) VALUES ($1, $2, $3, $4)', [
    environment,
    app,
    `${environment}-${app}`,
    'customer',
  ])
  await tx.query(
    `INSERT INTO bindings (environment, app, binding, provider, state)
     VALUES ($1, $2, 'database', 'postgres', 'ready'), ($1, $2, 'mail', 'mailer', 'ready')`,
    [environment, app],
  )
  await applyMigration(tx, { environment, app }, { destructive: false })
  const { rowCount } = await tx.query('SELECT 1 FROM artifacts WHERE app = $1 AND version = 1', [app])
  const first = { app, version: 1, ref: 'release-1', schemaMin: 1, schemaMax: 1, errorRatio: 0.001 }
  if (rowCount === 0) await addArtifact(tx, first)
}

async function firstPromotion(platform: Platform, { environment, app }: Route): Promise<Operation> {
  const to = digestOf(app, 1)
  const done = await operate(platform, {
    kind: 'promotion',
    key: `seed-${environment}-${app}`,
    origin: 'seed',
    environment,
    app,
    request: { to },
    async apply(tx, operation) {
      const row = [environment, app, to, operation]
      await tx.query(
        'INSERT INTO route_owners (environment, app, digest, epoch, operation) VALUES ($1, $2, $3, 0, $4)',
        row,
      )
      return changeRoute(tx, { environment, app, to, expectedEpoch: 0, operation })
    },
  })
  return done.operation
}

/** The past that a new environment pretends to have: times are set back, orders stay as they are. */
async function setBack(queries: Queries, { environment, ageMs }: NewEnvironment): Promise<void> {
  const parameters = [environment, ageMs / 1000]
  const age = 'make_interval(secs => $2)'
  await queries.query(`UPDATE migrations SET applied_at = applied_at - ${age} WHERE environment = $1`, parameters)
  await queries.query(`UPDATE route_owners SET changed_at = changed_at - ${age} WHERE environment = $1`, parameters)
  await queries.query(
    `UPDATE operations SET started_at = started_at - ${age}, reached_at = reached_at - ${age} WHERE environment = $1`,
    parameters,
  )
}
