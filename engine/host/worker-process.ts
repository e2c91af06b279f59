import './orphan-guard.ts'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { BlastRadius } from '../../schemas/plan.ts'
import { BLAST_RADII, effectsQueue, QUEUES } from '../../schemas/run.ts'
import { activitiesOf } from './activities.ts'
import type { Config } from './config.ts'
import { openHost } from './installation.ts'
import { giveUp } from './give-up.ts'
import { openLog } from './log.ts'
import type { Logger } from './log.ts'
import { installRuntime } from './process-runtime.ts'
import { runUntilStopped } from './stop-signals.ts'
import { BUNDLING, WORKFLOWS } from './workflow-bundle.ts'
import { tuneWorkflowThreads } from './workflow-threads.ts'
import { workerIdentity } from './workers.ts'

const PATIENCE = {
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '2s',
  shutdownGraceTime: '10s',
} as const

/** There are several such queues, and each is asked for work all the time. */
const FEW_POLLS = { maxConcurrentActivityTaskPolls: 2 } as const

/**
 * Holds for contexts that are made from now on, those of workflows: what a run waits for is in its state, and no path of this machine
 * goes into a history. Errors of this process still have their stacks.
 */
const NO_STACKS = '--stack-trace-limit=0'

/** The process that interprets Plans and carries out actions, of the installation in its working folder. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { address: { type: 'string' }, namespace: { type: 'string', default: 'default' } },
  })
  setFlagsFromString(NO_STACKS)
  const log = openLog('worker')
  tuneWorkflowThreads(() => endHanging(log))
  installRuntime(log)
  const host = await openHost(process.cwd(), log)
  const connection = await NativeConnection.connect({ address: values.address ?? '127.0.0.1:7233' })
  const { namespace } = values
  const identity = workerIdentity(host.catalogue.digest)
  const common = { connection, namespace, identity, activities: activitiesOf(host), ...PATIENCE }
  const runs = await Worker.create({
    ...common,
    taskQueue: QUEUES.runs,
    workflowsPath: WORKFLOWS,
    bundlerOptions: BUNDLING,
  })
  const queues = radiiServed(host.config).map(effectsQueue)
  const effects = await Promise.all(
    queues.map(async (taskQueue) => Worker.create({ ...common, ...FEW_POLLS, taskQueue })),
  )
  log.info({ runbooks: Object.keys(host.catalogue.runbooks), catalogue: host.catalogue.digest }, 'the worker is ready')
  process.send?.('ready')
  await runUntilStopped(runs, ...effects)
}

/** A workflow that never lets go of its thread stops all others: whatever keeps workers alive starts another. */
function endHanging(log: Logger): never {
  log.fatal('the thread of the workflows does not answer any more: this worker ends, for another to go on')
  process.exit(1)
}

/** Each blast radius has a queue of its own, so that its effects can have a worker, and credentials, of their own. */
function radiiServed({ worker }: Config): readonly BlastRadius[] {
  return worker.radii.length === 0 ? BLAST_RADII : worker.radii
}

await main().catch(giveUp('worker'))
// Temporal's connection would keep a process alive that has nothing more to do.
process.exit()
