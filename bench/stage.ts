import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../engine/host/temporal.ts'
import { startNats, startPostgres, startTemporal } from '../engine/services/index.ts'
import type { Closing } from './closing.ts'
import { makeInstallation } from './installation.ts'
import { startLab } from './lab.ts'
import type { Lab } from './lab.ts'
import { startProcesses } from './processes.ts'
import type { Processes } from './processes.ts'
import { say } from './say.ts'

/** Everything that is measured, and what measures it. */
export interface Stage {
  readonly folder: string
  readonly lab: Lab
  readonly client: Client
  readonly processes: Processes
  readonly versions: Readonly<Record<string, string>>
}

/** Puts up real servers, the practice platform and all processes; whatever is up is taken down by `closing`. */
export async function openStage(closing: Closing): Promise<Stage> {
  const postgres = await startPostgres({ say })
  closing.after(async () => postgres.stop())
  const nats = await startNats({ say })
  closing.after(async () => nats.stop())
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  closing.after(async () => lab.stop())
  const folder = await makeInstallation(lab, closing)
  const namespace = `runproof-bench-${randomBytes(4).toString('hex')}`
  const options = { say, namespace, searchAttributes: SEARCH_ATTRIBUTES, uiPort: false } as const
  const temporal = await startTemporal({ ...options, dir: join(folder, 'temporal') })
  closing.after(async () => temporal.stop())
  const place = { address: temporal.address, namespace }
  const client = await connectTemporal(place)
  const processes = await startProcesses({ lab, folder, ...place }, closing)
  const servers = { Temporal: temporal.version, PostgreSQL: postgres.version, NATS: nats.version }
  return { folder, lab, client, processes, versions: { Node: process.versions.node, ...servers } }
}
