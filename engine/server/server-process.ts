import '../host/orphan-guard.ts'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { openHost } from '../host/installation.ts'
import { keepSchedules } from '../host/schedules/keep.ts'
import { schedulesOf } from '../host/schedules/schedule.ts'
import type { ScheduledStart } from '../host/schedules/fire.ts'
import { openLog } from '../host/log.ts'
import { StateFolder } from '../host/state-folder.ts'
import { connectTemporal } from '../host/temporal.ts'
import { createServer } from './create-server.ts'
import { describeFailure } from './failure.ts'
import { close, listen } from './listen.ts'
import { makeMetrics } from './metrics.ts'
import { RETENTION_MS } from './start-for-alert.ts'
import { ensureTokenFile, readTokens } from './tokens.ts'

/** The process that takes alerts, of the installation in its working folder. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { address: { type: 'string' }, namespace: { type: 'string', default: 'default' } },
  })
  const stopAsked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const log = openLog('server')
  const host = await openHost(process.cwd(), log)
  const { config, catalogue, store, keys, plans } = host
  const { tokenFile } = new StateFolder(process.cwd())
  ensureTokenFile(tokenFile)
  readTokens(tokenFile)
  const client = await connectTemporal({ address: values.address ?? '127.0.0.1:7233', namespace: values.namespace })
  const metrics = makeMetrics()
  const handling = { client, store, admitting: { keys, plans }, log }
  const server = createServer({
    ...handling,
    metrics,
    runbooks: catalogue.runbooks,
    tokens: () => readTokens(tokenFile),
    retentionMs: RETENTION_MS,
  })
  const url = await listen(server, config.server.port)
  log.info({ url, runbooks: Object.keys(catalogue.runbooks) }, 'the server is ready')
  const keeping = { ...handling, ...host, decided: ({ result }: ScheduledStart) => metrics.scheduled.inc({ result }) }
  const schedules = keepSchedules(schedulesOf(catalogue.runbooks), keeping)
  process.send?.({ ready: true, url })
  await stopAsked
  await schedules.stop()
  await close(server)
  await client.connection.close()
}

/** Why it did not start, in a sentence; the process that started this one shows it. */
function giveUp(error: unknown): never {
  const { detail, hint } = describeFailure(error)
  openLog('server').fatal({ problem: String(error), hint }, detail)
  process.exit(1)
}

await main().catch(giveUp)
