import { Leases } from '../../../engine/host/leases/leases.ts'
import { openPostgresLeases } from '../../../engine/host/leases/postgres.ts'
import { openSqliteLeases } from '../../../engine/host/leases/sqlite.ts'

/** Takes a resource for a run, and holds it until somebody ends the process. */
const [, , kind, place = '', resource = '', runId = '', ttlMs = '0'] = process.argv
const store = kind === 'sqlite' ? openSqliteLeases(place) : openPostgresLeases(async () => place)
await new Leases(store, Number(ttlMs)).take(runId, [resource], { patienceMs: 0, heartbeat: () => undefined })
process.send?.('held')
setInterval(() => undefined, 1_000)
