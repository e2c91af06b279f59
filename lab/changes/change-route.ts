import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import { readOwner } from '../readings/route.ts'
import type { Operation } from '../readings/operations.ts'
import type { Route, RouteEvent } from '../route.ts'

/** The platform's judgement: an artifact with fewer errors than this is healthy in service. */
const HEALTHY_BELOW = 0.01

/** A change of the owner of a route. */
export interface RouteChange extends Route {
  readonly to: string
  readonly expectedEpoch: number
  readonly operation: string
}

/** Writes the owner where its epoch is still the expected one, with history and event; otherwise `epoch-conflict`. */
export async function changeRoute(tx: Queries, change: RouteChange): Promise<Operation['result']> {
  await requireArtifact(tx, change)
  const epoch = await swapOwner(tx, change)
  await recordOwnership(tx, change, epoch)
  await overtakeOthers(tx, change)
  const event: RouteEvent = {
    environment: change.environment,
    app: change.app,
    digest: change.to,
    epoch,
    operation: change.operation,
  }
  await tx.query('INSERT INTO outbox (event) VALUES ($1)', [JSON.stringify(event)])
  return { digest: change.to, epoch }
}

async function requireArtifact(tx: Queries, { app, to }: RouteChange): Promise<void> {
  const { rowCount } = await tx.query('SELECT 1 FROM artifacts WHERE digest = $1 AND app = $2 AND present', [to, app])
  if (rowCount === 0) throw new PlatformProblem('artifact-not-found', `the registry holds no artifact ${to} of ${app}`)
}

/** The compare-and-swap: one statement, so that of two writers only one finds the epoch. */
async function swapOwner(tx: Queries, change: RouteChange): Promise<number> {
  const { rows } = await tx.query<{ epoch: number }>(
    `UPDATE route_owners SET digest = $3, epoch = epoch + 1, operation = $4, changed_at = clock_timestamp()
     WHERE environment = $1 AND app = $2 AND epoch = $5 RETURNING epoch`,
    [change.environment, change.app, change.to, change.operation, change.expectedEpoch],
  )
  const [written] = rows
  if (written !== undefined) return written.epoch
  const { digest, epoch, operation } = await readOwner(tx, change)
  throw new PlatformProblem('epoch-conflict', `the route is at epoch ${epoch}, not ${change.expectedEpoch}`, {
    current: { digest, epoch, operation },
  })
}

async function recordOwnership(tx: Queries, change: RouteChange, epoch: number): Promise<void> {
  await tx.query(
    `UPDATE ownerships SET until_order = nextval('change_order')
     WHERE environment = $1 AND app = $2 AND until_order IS NULL`,
    [change.environment, change.app],
  )
  await tx.query(
    `INSERT INTO ownerships (environment, app, epoch, digest, healthy, operation)
     SELECT $1, $2, $3, digest, error_ratio < $6, $5 FROM artifacts WHERE digest = $4`,
    [change.environment, change.app, epoch, change.to, change.operation, HEALTHY_BELOW],
  )
}

/** Operations that had not reached every edge never will: the newer epoch fences them. */
async function overtakeOthers(tx: Queries, { environment, app, operation }: RouteChange): Promise<void> {
  await tx.query(
    `UPDATE operations SET state = 'failed'
     WHERE environment = $1 AND app = $2 AND state = 'edge_propagating' AND id <> $3`,
    [environment, app, operation],
  )
}
