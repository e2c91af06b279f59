import { join } from 'node:path'
import type { Config } from '../config.ts'
import { resolveSecret } from '../secrets.ts'
import type { StateFolder } from '../state-folder.ts'
import { Leases } from './leases.ts'
import { openPostgresLeases } from './postgres.ts'
import { openSqliteLeases } from './sqlite.ts'

/** The leases of an installation: in a file of its state folder, or in the PostgreSQL database that the configuration names. */
export function openLeases({ leases }: Pick<Config, 'leases'>, state: StateFolder): Leases {
  const { postgres } = leases
  if (postgres === undefined) return new Leases(openSqliteLeases(join(state.path, 'leases.sqlite')))
  return new Leases(openPostgresLeases(async () => resolveSecret(postgres.url)))
}
