import { randomUUID } from 'node:crypto'
import type { Operation, OperationRow } from '../readings/operations.ts'
import { OPERATION_COLUMNS, showOperation } from '../readings/operations.ts'
import { inTransaction, type Queries } from '../database/transaction.ts'
import { NoAnswer, PlatformProblem } from '../http/problem.ts'
import type { Platform } from '../platform.ts'
import { passFence, type Fencing } from './fence.ts'

/** A change that somebody asks for. */
export interface Change {
  readonly kind: Operation['kind']
  readonly key: string
  readonly origin: 'client' | 'admin' | 'seed'
  readonly environment?: string
  readonly app?: string
  readonly edge?: string
  /** What was asked for: the same key must ask for the same. */
  readonly request: object
  /** The leases under which it is made. */
  readonly fencing?: Fencing
  apply(tx: Queries, operation: string): Promise<Operation['result']>
}

/** The operation, done now or by an earlier request of the same key. */
export interface Operated {
  readonly operation: Operation
  readonly repeated: boolean
}

/** Carries out a change once for each key: in one transaction with its record, its result and its events. */
export async function operate(platform: Platform, change: Change): Promise<Operated> {
  const done = await inTransaction(platform.pool, async (tx): Promise<Operated> => {
    const id = `op-${randomUUID()}`
    if (!(await claimKey(tx, id, change))) return { operation: await repeat(tx, change), repeated: true }
    await passFence(tx, change.fencing ?? [])
    const result = await change.apply(tx, id)
    const operation = await finish(tx, id, result)
    await holdIfAsked(platform, change, 'before-commit')
    return { operation, repeated: false }
  })
  platform.relay.wake()
  if (!done.repeated) await holdIfAsked(platform, change, 'after-commit')
  return done
}

/** Waits for a request of the same key that is under way; false where that one was committed. */
async function claimKey(tx: Queries, id: string, change: Change): Promise<boolean> {
  const { environment, app, edge } = change
  const { rowCount } = await tx.query(
    `INSERT INTO operations (id, kind, state, idempotency_key, origin, environment, app, edge, request)
     VALUES ($1, $2, 'requested', $3, $4, $5, $6, $7, $8) ON CONFLICT (idempotency_key) DO NOTHING`,
    [id, change.kind, change.key, change.origin, environment, app, edge, JSON.stringify(change.request)],
  )
  return rowCount === 1
}

async function repeat(tx: Queries, change: Change): Promise<Operation> {
  const { rows } = await tx.query<OperationRow & { same: boolean }>(
    `SELECT ${OPERATION_COLUMNS}, (request = $2::jsonb AND kind = $3 AND environment IS NOT DISTINCT FROM $4
       AND app IS NOT DISTINCT FROM $5 AND edge IS NOT DISTINCT FROM $6) AS same
     FROM operations WHERE idempotency_key = $1`,
    [change.key, JSON.stringify(change.request), change.kind, change.environment, change.app, change.edge],
  )
  const [found] = rows
  if (found === undefined) throw new PlatformProblem('internal', 'the operation of this key vanished')
  const { same, ...operation } = found
  if (same) return showOperation(operation)
  throw new PlatformProblem('idempotency-key-reused', 'the key belongs to another request', { operation: operation.id })
}

async function finish(tx: Queries, id: string, result: Operation['result']): Promise<Operation> {
  const { rows } = await tx.query<OperationRow>(
    `UPDATE operations SET result = $2, reached_at = clock_timestamp(),
       state = CASE WHEN kind IN ('promotion', 'rollback') THEN 'edge_propagating' ELSE 'done' END
     WHERE id = $1 RETURNING ${OPERATION_COLUMNS}`,
    [id, JSON.stringify(result)],
  )
  const [row] = rows
  if (row === undefined) throw new PlatformProblem('internal', 'the operation vanished')
  return showOperation(row)
}

/** Stands still for as long as a fault says so; requests of the lab itself are never held. */
async function holdIfAsked(platform: Platform, change: Change, at: 'before-commit' | 'after-commit'): Promise<void> {
  if (change.origin !== 'client') return
  const fault = platform.faults.take('hold', { on: change.kind, environment: change.environment, app: change.app }, at)
  if (fault === undefined) return
  const verdict = await platform.held.hold({ kind: change.kind, at, idempotencyKey: change.key })
  if (verdict === 'abort') throw new NoAnswer('the held request was aborted')
}
