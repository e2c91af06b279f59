import { randomUUID } from 'node:crypto'
import type { BareInput } from './bare-workflow.ts'
import type { Figure } from './figure.ts'
import { answeredSoFar, makeRoute } from './platform.ts'
import type { Route } from './platform.ts'
import { BARE_QUEUES } from './processes.ts'
import { mustEndAs } from './runs.ts'
import type { CarryOut } from './runs.ts'
import { say } from './say.ts'
import type { Stage } from './stage.ts'
import { spread } from './statistics.ts'
import { stepTimes } from './step-times.ts'
import { STEPS, STEPS_RUNBOOK } from './steps-runbook.ts'

const RUNS = 6

/** Steps of one kind: their times, and how many requests a run of them made. */
interface Side {
  readonly times: readonly number[]
  readonly requests: number
}

type OneRun = (route: Route) => Promise<readonly number[]>

/** What door and evidence add to a step, against the same steps written for Temporal by hand; one run of each in turn. */
export async function measureSteps(stage: Stage, carryOut: CarryOut): Promise<Figure[]> {
  const guarded = guardedRun(stage, carryOut)
  const bare = bareRun(stage)
  await oneRun(stage, guarded)
  await oneRun(stage, bare)
  const sides = { guarded: [] as Side[], bare: [] as Side[] }
  for (let run = 1; run <= RUNS; run += 1) {
    say(`steps: run ${run} of ${RUNS} of each, ${STEPS} steps a run`)
    sides.guarded.push(await oneRun(stage, guarded))
    sides.bare.push(await oneRun(stage, bare))
  }
  return figuresOf(sides)
}

/** Each run has an environment of its own, so that none finds a longer history than another. */
async function oneRun(stage: Stage, run: OneRun): Promise<Side> {
  const route = await makeRoute(stage.lab, `steps-${randomUUID().slice(0, 8)}`)
  const before = await answeredSoFar(stage.lab)
  const times = await run(route)
  if (times.length !== STEPS) throw new Error(`a run had ${times.length} steps, not ${STEPS}`)
  return { times, requests: (await answeredSoFar(stage.lab)) - before }
}

function guardedRun({ client }: Stage, carryOut: CarryOut): OneRun {
  return async (route) => {
    const ended = await carryOut(STEPS_RUNBOOK, { environment: route.environment, app: route.app })
    mustEndAs(ended, 'finished')
    return stepTimes(client.workflow.getHandle(ended.workflowId), 'platform.rollbackRouteOwner')
  }
}

function bareRun({ client }: Stage): OneRun {
  return async (route) => {
    const input: BareInput = { ...route, steps: STEPS }
    const start = { workflowId: `bare/${route.environment}`, taskQueue: BARE_QUEUES.steps, args: [input] }
    const handle = await client.workflow.start('bareSteps', start)
    await handle.result()
    return stepTimes(handle, 'rollBack')
  }
}

function figuresOf({ guarded, bare }: { guarded: readonly Side[]; bare: readonly Side[] }): Figure[] {
  const ours = spread(guarded.flatMap(({ times }) => times))
  const theirs = spread(bare.flatMap(({ times }) => times))
  const steps = `${RUNS} runs × ${STEPS} rollbacks`
  return [
    { name: 'step through the door, with evidence', unit: 'ms', ...ours, measured: `${steps}, ${requestsOf(guarded)}` },
    { name: 'the same step written by hand', unit: 'ms', ...theirs, measured: `${steps}, ${requestsOf(bare)}` },
    {
      name: 'added by door and evidence',
      unit: 'ms',
      p50: ours.p50 - theirs.p50,
      p95: ours.p95 - theirs.p95,
      measured: 'difference of the two',
    },
    {
      name: 'step through the door ÷ by hand',
      unit: '×',
      p50: ours.p50 / theirs.p50,
      p95: ours.p95 / theirs.p95,
      measured: 'ratio of the two',
    },
  ]
}

/** The platform itself says that both sides asked it the same. */
function requestsOf(sides: readonly Side[]): string {
  const requests = sides.reduce((sum, side) => sum + side.requests, 0)
  return `${(requests / sides.length).toFixed(0)} requests a run`
}
