import type pg from 'pg'

/** Anything that answers a query: the pool, or one connection inside a transaction. */
export type Queries = Pick<pg.PoolClient, 'query'>

/** Runs `work` in one transaction; a throw undoes all of it. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (cause) {
    await client.query('ROLLBACK')
    throw cause
  } finally {
    client.release()
  }
}
