import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Figure } from './figure.ts'
import { makeEnvironment } from './platform.ts'
import { endOf, mustEndAs, openStarter } from './runs.ts'
import type { StartRun } from './runs.ts'
import { say } from './say.ts'
import type { Stage } from './stage.ts'
import { spread } from './statistics.ts'
import { WAITING_RUNBOOK } from './waiting-runbook.ts'

const WAITING = 2000
const AT_ONCE = 16
const PROBES = 15
const ENVIRONMENT = 'waiting'
const TELL_EVERY = 250

/**
 * What a small run takes while 2,000 others wait for an approval, against the same run before: a wait that held a slot of the
 * worker would leave none for it, since a worker has far fewer.
 */
export async function measureWaiting(stage: Stage): Promise<Figure[]> {
  const start = await openStarter(stage)
  await makeEnvironment(stage.lab, ENVIRONMENT)
  await probes(stage, start)
  const before = await probes(stage, start)
  await startWaiting(start)
  await untilQuiet(stage)
  const waiting = await waitingNow(stage)
  if (waiting !== WAITING) throw new Error(`${waiting} of ${WAITING} runs wait: nothing else can be measured`)
  return figuresOf(before, await probes(stage, start))
}

async function probes(stage: Stage, start: StartRun): Promise<number[]> {
  const times: number[] = []
  for (let probe = 0; probe < PROBES; probe += 1) {
    const began = performance.now()
    const id = await start('lift-promotion-freeze', { environment: ENVIRONMENT, reason: 'bench' })
    mustEndAs(await endOf(stage, id), 'nothing-to-lift')
    times.push(performance.now() - began)
  }
  return times
}

async function startWaiting(start: StartRun): Promise<void> {
  let started = 0
  const lane = async (): Promise<void> => {
    while (started < WAITING) {
      started += 1
      if (started % TELL_EVERY === 0) say(`waiting runs: ${started} of ${WAITING} started`)
      await start(WAITING_RUNBOOK, { environment: ENVIRONMENT, number: randomUUID() })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

/** The last of them have been started, and still have to come to their question. */
async function untilQuiet({ processes }: Stage): Promise<void> {
  for (let last = await processes.worker.cpuMs(); ;) {
    await wait(3000)
    const now = await processes.worker.cpuMs()
    if (now - last < 300) return
    last = now
  }
}

async function waitingNow({ client }: Stage): Promise<number> {
  const { count } = await client.workflow.count(`WorkflowType = '${WAITING_RUNBOOK}' AND ExecutionStatus = 'Running'`)
  return count
}

function figuresOf(before: readonly number[], beside: readonly number[]): Figure[] {
  const measured = `${PROBES} runs, one at a time`
  const [alone, among] = [spread(before), spread(beside)]
  return [
    { name: 'a small run, nothing else there', unit: 'ms', ...alone, measured },
    { name: `the same beside ${WAITING} waiting runs`, unit: 'ms', ...among, measured },
    { name: 'beside waiting runs ÷ alone', unit: '×', p50: among.p50 / alone.p50, measured: 'ratio of the two' },
  ]
}
