import '../engine/host/orphan-guard.ts'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker } from '@temporalio/worker'
import { openLog } from '../engine/host/log.ts'
import { installRuntime } from '../engine/host/process-runtime.ts'
import { runUntilStopped } from '../engine/host/stop-signals.ts'
import { bareActivities } from './bare-activities.ts'

/** A worker without Runproof: the file of workflows that it is told, and the hand-written activities. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      address: { type: 'string', default: '' },
      namespace: { type: 'string', default: '' },
      queue: { type: 'string', default: '' },
      rollbacks: { type: 'string', default: '' },
      workflows: { type: 'string', default: '' },
    },
  })
  installRuntime(openLog('bare worker', { level: 'warn' }))
  const { BENCH_PLATFORM_URL: url = '', LAB_TOKEN: token = '' } = process.env
  const common = {
    connection: await NativeConnection.connect({ address: values.address }),
    namespace: values.namespace,
    activities: bareActivities({ url, token }),
    shutdownGraceTime: '10s',
  } as const
  const workflowsPath = fileURLToPath(new URL(values.workflows, import.meta.url))
  const worker = await Worker.create({ ...common, taskQueue: values.queue, workflowsPath })
  const more = values.rollbacks === '' ? [] : [await Worker.create({ ...common, taskQueue: values.rollbacks })]
  process.send?.('ready')
  await runUntilStopped(worker, ...more)
}

await main()
// Temporal's connection would keep a process alive that has nothing more to do.
process.exit()
