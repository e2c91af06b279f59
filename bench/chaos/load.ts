import { setTimeout as wait } from 'node:timers/promises'
import type { Outcome, SealResult } from '../../schemas/run.ts'
import { makeRoute } from '../platform.ts'
import type { Route } from '../platform.ts'
import { openStarter } from '../runs.ts'
import type { StartRun } from '../runs.ts'
import { CHAOS_RUNBOOK } from './field.ts'
import type { Field } from './field.ts'

/** A run, and how it ended; without an outcome it has not. */
export interface RunEnd {
  readonly environment: string
  readonly workflowId: string
  readonly outcome?: Outcome
  readonly sealed?: SealResult
}

export interface Load {
  unfinished(): number
  /** Every run with its end, or with none where it did not end in time. */
  ended(): Promise<RunEnd[]>
}

/** So many runs are under way at once. */
const AT_ONCE = 8
/** After the last kill, a run must end within this time. */
const PATIENCE_MS = 180_000
const AGAIN_MS = 250

/** Starts runs, each on an environment of its own, a few at a time, and follows them to their ends. */
export async function startRuns(field: Field, runs: number): Promise<Load> {
  const start = await openStarter(field)
  const routes = await routesFor(field, runs)
  const ends: RunEnd[] = []
  const waiting = [...routes]
  const lane = async (): Promise<void> => {
    for (let route = waiting.shift(); route !== undefined; route = waiting.shift())
      ends.push(await oneRun(field, route, start))
  }
  const lanes = Promise.all(Array.from({ length: AT_ONCE }, lane))
  return {
    unfinished: () => runs - ends.length,
    ended: async () => {
      await lanes
      return ends
    },
  }
}

/** One after another: the platform gives out versions of an app in turn. */
async function routesFor({ lab }: Field, runs: number): Promise<Route[]> {
  const routes: Route[] = []
  for (let at = 0; at < runs; at += 1) routes.push(await makeRoute(lab, `chaos-${at}`))
  return routes
}

async function oneRun(field: Field, route: Route, start: StartRun): Promise<RunEnd> {
  const { environment } = route
  // A start whose answer was lost meets, with the same key, the run that it began.
  const workflowId = await persist(async () => start(CHAOS_RUNBOOK, { environment: route.environment, app: route.app }))
  const handle = field.client.workflow.getHandle(workflowId)
  const result = await persist(
    async () => handle.result() as Promise<Omit<Required<RunEnd>, 'environment' | 'workflowId'>>,
  ).catch(() => undefined)
  return { environment, workflowId, ...result }
}

/** Tries again while the server is away; gives up after a time that no kill needs. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let failing = 0; ; failing += AGAIN_MS) {
    try {
      return await call()
    } catch (error) {
      if (isFinal(error) || failing > PATIENCE_MS) throw error
      await wait(AGAIN_MS)
    }
  }
}

/** A workflow that has failed stays failed. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowFailedError'
}
