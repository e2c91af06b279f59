import type { components } from '../../schemas/generated/platform.ts'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Reading } from './answer.ts'

export type Operation = components['schemas']['Operation']

/** An operation as the database has it. */
export interface OperationRow {
  readonly id: string
  readonly kind: Operation['kind']
  readonly state: Operation['state']
  readonly idempotency_key: string
  readonly environment: string | null
  readonly app: string | null
  readonly edge: string | null
  readonly started_at: Date
  readonly result: Operation['result']
}

/** The columns of an operation that the contract shows. */
export const OPERATION_COLUMNS = 'id, kind, state, idempotency_key, environment, app, edge, started_at, result'

/** One operation, by its id. */
export const operation: Reading<'operation'> = async ({ pool }, { path }) => {
  const [found] = await findOperations(pool, 'id', path['operation'] ?? '')
  if (found === undefined) throw new PlatformProblem('operation-not-found', 'there is no operation of this id')
  return { operation: found }
}

/** The operation of an idempotency key, if it was committed: the table is the authority, so the list is whole. */
export const operations: Reading<'operations'> = async ({ pool }, { query }) => {
  return { complete: true, items: await findOperations(pool, 'idempotency_key', query['idempotency_key'] ?? '') }
}

async function findOperations(queries: Queries, column: 'id' | 'idempotency_key', value: string): Promise<Operation[]> {
  const { rows } = await queries.query<OperationRow>(
    `SELECT ${OPERATION_COLUMNS} FROM operations WHERE ${column} = $1`,
    [value],
  )
  return rows.map(showOperation)
}

/** An operation as the contract shapes it: what it does not have is absent. */
export function showOperation(row: OperationRow): Operation {
  const { environment, app, edge, started_at, ...rest } = row
  return {
    ...rest,
    started_at: started_at.toISOString(),
    ...(environment === null ? {} : { environment }),
    ...(app === null ? {} : { app }),
    ...(edge === null ? {} : { edge }),
  }
}
