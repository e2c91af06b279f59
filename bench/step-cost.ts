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

/** With twelve of each, the difference of the medians moves by two milliseconds from one measurement to the next. */
const RUNS = 60

/** So many runs of each kind are not measured: a worker that has just started has compiled nothing yet. */
const WARM_UP_RUNS = 5

/** Steps of one kind: their times, and how many requests a run of them made. */
interface Side {
  readonly times: readonly number[]
  readonly requests: number
}

type OneRun = (route: Route) => Promise<readonly number[]>

const KINDS = ['guarded', 'bare', 'oneQueue'] as const
type Kind = (typeof KINDS)[number]

/**
 * What door and evidence add to a step, against the same steps written for Temporal by hand. One run of each in turn, and each as often
 * first as the others: a machine is not the same from one moment to the next.
 */
export async function measureSteps(stage: Stage, carryOut: CarryOut): Promise<Figure[]> {
  const kinds = {
    guarded: guardedRun(stage, carryOut),
    bare: bareRun(stage, BARE_QUEUES.rollbacks),
    oneQueue: bareRun(stage),
  }
  const sides = { guarded: [] as Side[], bare: [] as Side[], oneQueue: [] as Side[] }
  for (let run = 1 - WARM_UP_RUNS; run <= RUNS; run += 1) {
    const which = run > 0 ? `run ${run} of ${RUNS}` : `run ${run + WARM_UP_RUNS} of ${WARM_UP_RUNS} to warm up`
    say(`steps: ${which} of each, ${STEPS} steps a run`)
    for (const kind of inTurn(run)) {
      const side = await oneRun(stage, kinds[kind])
      if (run > 0) sides[kind].push(side)
    }
  }
  return figuresOf(sides)
}

function inTurn(run: number): readonly Kind[] {
  const first = (run + WARM_UP_RUNS) % KINDS.length
  return [...KINDS.slice(first), ...KINDS.slice(0, first)]
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

/** `rollbacks`: their queue, where they have one of their own. */
function bareRun({ client }: Stage, rollbacks?: string): OneRun {
  return async (route) => {
    const input: BareInput = { ...route, steps: STEPS, ...(rollbacks === undefined ? {} : { rollbacks }) }
    const start = { workflowId: `bare/${route.environment}`, taskQueue: BARE_QUEUES.steps, args: [input] }
    const handle = await client.workflow.start('bareSteps', start)
    await handle.result()
    return stepTimes(handle, 'rollBack')
  }
}

function figuresOf(sides: Readonly<Record<Kind, readonly Side[]>>): Figure[] {
  const [ours, theirs, oneQueue] = [spreadOf(sides.guarded), spreadOf(sides.bare), spreadOf(sides.oneQueue)]
  const measured = (side: readonly Side[]) => `${RUNS} runs × ${STEPS} rollbacks, ${requestsOf(side)}`
  const between = { unit: 'ms' as const, p50: ours.p50 - theirs.p50, p95: ours.p95 - theirs.p95 }
  const ratio = { unit: '×' as const, p50: ours.p50 / theirs.p50, p95: ours.p95 / theirs.p95 }
  return [
    { name: 'step through the door, with evidence', unit: 'ms', ...ours, measured: measured(sides.guarded) },
    { name: 'the same step written by hand', unit: 'ms', ...theirs, measured: measured(sides.bare) },
    { name: 'by hand, all on one task queue', unit: 'ms', ...oneQueue, measured: measured(sides.oneQueue) },
    { name: 'added by door and evidence', ...between, measured: 'difference of the first two' },
    { name: 'step through the door ÷ by hand', ...ratio, measured: 'ratio of the first two' },
  ]
}

function spreadOf(sides: readonly Side[]): { p50: number; p95: number } {
  return spread(sides.flatMap(({ times }) => times))
}

/** The platform itself says that both sides asked it the same. */
function requestsOf(sides: readonly Side[]): string {
  const requests = sides.reduce((sum, side) => sum + side.requests, 0)
  return `${(requests / sides.length).toFixed(0)} requests a run`
}
