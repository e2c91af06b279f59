import { randomUUID } from 'node:crypto'
import { QUEUES } from '../schemas/run.ts'
import type { Child } from './child.ts'
import type { Figure } from './figure.ts'
import { makeEnvironment } from './platform.ts'
import { BARE_QUEUES } from './processes.ts'
import { mustEndAs } from './runs.ts'
import type { CarryOut } from './runs.ts'
import { say } from './say.ts'
import type { Stage } from './stage.ts'

const ROUNDS = 4
const RUNS_A_ROUND = 15
const RUNS = ROUNDS * RUNS_A_ROUND
const ENVIRONMENT = 'cpu'

/** One way to spend a worker's CPU time, and what was spent so far. */
interface Spending {
  readonly worker: Child
  readonly run: () => Promise<void>
  spentMs: number
}

/** Worker CPU of a new run, by the process itself: its start alone and a whole small one, against an empty bundle. */
export async function measureCpu(stage: Stage, carryOut: CarryOut): Promise<Figure[]> {
  const { worker, empty } = stage.processes
  await makeEnvironment(stage.lab, ENVIRONMENT)
  const ways: Spending[] = [
    { worker: empty, run: async () => emptyRun(stage), spentMs: 0 },
    { worker, run: async () => startOnly(stage), spentMs: 0 },
    { worker, run: async () => smallRun(carryOut), spentMs: 0 },
  ]
  await inTurn(ways)
  const [emptyMs = 0, startMs = 0, smallMs = 0] = ways.map(({ spentMs }) => spentMs / RUNS)
  return figuresOf({ emptyMs, startMs, smallMs })
}

/** One round of each in turn; a first time everything only warms up, since code that is new is slow. */
async function inTurn(ways: readonly Spending[]): Promise<void> {
  say('worker CPU: warming up')
  for (const way of ways) await cpuOf(way, RUNS)
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`worker CPU: round ${round} of ${ROUNDS}, ${RUNS_A_ROUND} runs of each kind`)
    for (const way of ways) way.spentMs += await cpuOf(way, RUNS_A_ROUND)
  }
}

async function cpuOf({ worker, run }: Spending, runs: number): Promise<number> {
  const before = await worker.cpuMs()
  for (let done = 0; done < runs; done += 1) await run()
  return (await worker.cpuMs()) - before
}

async function emptyRun({ client }: Stage): Promise<void> {
  await client.workflow.execute('empty', { workflowId: `empty/${randomUUID()}`, taskQueue: BARE_QUEUES.empty })
}

/** Runproof's workflow without an admission ends as soon as its bundle is there: no activity is part of it. */
async function startOnly({ client }: Stage): Promise<void> {
  const start = { workflowId: `start/${randomUUID()}`, taskQueue: QUEUES.runs, args: [{}] }
  const failed = await client.workflow.execute('bad-deploy', start).then(
    () => false,
    () => true,
  )
  if (!failed) throw new Error('a workflow without an admission has not failed')
}

/** A whole run that finds nothing to do: one reading, one decision, one claim. */
async function smallRun(carryOut: CarryOut): Promise<void> {
  mustEndAs(await carryOut('lift-promotion-freeze', { environment: ENVIRONMENT, reason: 'bench' }), 'nothing-to-lift')
}

interface Means {
  readonly emptyMs: number
  readonly startMs: number
  readonly smallMs: number
}

function figuresOf({ emptyMs, startMs, smallMs }: Means): Figure[] {
  const measured = `${RUNS} runs, one at a time`
  const ratio = 'ratio of the two'
  return [
    { name: 'worker CPU, empty bundle', unit: 'ms', mean: emptyMs, measured: `${measured}: returns at once` },
    { name: 'worker CPU, start of a new run', unit: 'ms', mean: startMs, measured: `${measured}: fails at once` },
    { name: 'worker CPU, start ÷ empty bundle', unit: '×', mean: startMs / emptyMs, measured: ratio },
    { name: 'worker CPU, whole small run', unit: 'ms', mean: smallMs, measured: `${measured}: admission to claim` },
    { name: 'worker CPU, small run ÷ empty bundle', unit: '×', mean: smallMs / emptyMs, measured: ratio },
  ]
}
