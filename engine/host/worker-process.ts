import './orphan-guard.ts'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker } from '@temporalio/worker'
import { QUEUES } from '../../schemas/run.ts'
import { activitiesOf } from './activities.ts'
import { openHost } from './installation.ts'
import { giveUp } from './give-up.ts'
import { openLog } from './log.ts'
import { installRuntime } from './process-runtime.ts'
import { runUntilStopped } from './stop-signals.ts'

/** The process that interprets Plans and carries out actions, of the installation in its working folder. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { address: { type: 'string' }, namespace: { type: 'string', default: 'default' } },
  })
  const log = openLog('worker')
  installRuntime(log)
  const host = await openHost(process.cwd(), log)
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: values.address ?? '127.0.0.1:7233' }),
    namespace: values.namespace,
    taskQueue: QUEUES.runs,
    workflowsPath: fileURLToPath(new URL('../workflow/index.ts', import.meta.url)),
    bundlerOptions: { ignoreModules: [] },
    activities: activitiesOf(host),
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '10s',
  })
  log.info({ runbooks: Object.keys(host.catalogue.runbooks), catalogue: host.catalogue.digest }, 'the worker is ready')
  process.send?.('ready')
  await runUntilStopped(worker)
}

await main().catch(giveUp('worker'))
// Temporal's connection would keep a process alive that has nothing more to do.
process.exit()
