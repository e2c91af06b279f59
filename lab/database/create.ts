import { readFile } from 'node:fs/promises'
import pg from 'pg'

/** A database that this process made, and that it alone removes. */
export interface OwnDatabase {
  readonly name: string
  readonly pool: pg.Pool
  drop(): Promise<void>
}

/** Makes a database of a new name on the server, with the tables of the practice platform. */
export async function createDatabase(serverUrl: string, id: string): Promise<OwnDatabase> {
  const name = `runproof_lab_${id}`
  await onServer(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  const pool = openPool(serverUrl, name)
  const drop = () => dropDatabase(serverUrl, name, pool)
  try {
    await pool.query(await readFile(new URL('tables.sql', import.meta.url), 'utf8'))
  } catch (cause) {
    await drop()
    throw cause
  }
  return { name, pool, drop }
}

async function dropDatabase(serverUrl: string, name: string, pool: pg.Pool): Promise<void> {
  await pool.end()
  await onServer(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  try {
    await client.connect()
    await client.query(statement)
  } catch (cause) {
    throw new Error(`PostgreSQL at ${new URL(serverUrl).host} cannot be used`, { cause })
  } finally {
    await client.end()
  }
}

/** Held requests keep their connection, so that there must be more of them than a test holds. */
function openPool(serverUrl: string, name: string): pg.Pool {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 16 })
  pool.on('error', () => undefined) // an idle connection that breaks is replaced; its next user hears of it
  return pool
}
