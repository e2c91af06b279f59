import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import { stateOf } from '../../engine/host/runs.ts'
import type { Outcome, RunState, SealResult, Trigger } from '../../schemas/run.ts'
import { openStarter } from '../runs.ts'
import type { StartRun } from '../runs.ts'
import type { Field } from './field.ts'
import type { Form } from './forms.ts'
import { makeGround } from './ground.ts'
import type { Ground } from './ground.ts'

/** A run, and how it ended or what it waits for; with neither it did not get there in time. */
export interface RunEnd {
  readonly environment: string
  readonly form: Form
  readonly workflowId: string
  readonly outcome?: Outcome
  readonly sealed?: SealResult
  readonly waiting?: RunState
}

export interface Load {
  /** How many runs have ended so far. */
  endedSoFar(): number
  /** Begins no further runs, and answers with the end of every one, or none where it did not end in time. */
  ended(): Promise<RunEnd[]>
}

/** So many runs are under way at once. */
export const AT_ONCE = 8
/** Whatever was killed meanwhile, a run must end within this time. */
const PATIENCE_MS = 600_000
const AGAIN_MS = 250
const LOOK_AGAIN_MS = 500

/** Starts at least so many runs, each on an environment of its own, a few at a time, answers them, and follows them to their ends. */
export async function startRuns(field: Field, runs: number): Promise<Load> {
  const start = await openStarter(field)
  const grounds = new Grounds(field)
  const ends: RunEnd[] = []
  let enough = false
  const lane = async (): Promise<void> => {
    while (grounds.made < runs || !enough) ends.push(await oneRun(field, await grounds.next(), start))
  }
  const lanes = Promise.all(Array.from({ length: AT_ONCE }, lane))
  return {
    endedSoFar: () => ends.length,
    ended: async () => {
      enough = true
      await lanes
      return ends
    },
  }
}

/** One after another: the platform gives out versions of an app in turn. */
class Grounds {
  made = 0
  readonly #field: Field
  #last: Promise<unknown> = Promise.resolve()

  constructor(field: Field) {
    this.#field = field
  }

  async next(): Promise<Ground> {
    const number = this.made++
    const ground = this.#last.then(async () => makeGround(this.#field, number))
    this.#last = ground
    return ground
  }
}

async function oneRun(field: Field, ground: Ground, start: StartRun): Promise<RunEnd> {
  const { environment, form, inputs } = ground
  const trigger = triggerOf(ground)
  // A start whose answer was lost meets, with the same key, the run that it began.
  const workflowId = await persist(async () => start(form.runbook, inputs, trigger))
  const handle = field.client.workflow.getHandle(workflowId)
  const end = await inTime(async () => endOf(field, handle, form))
  return { environment, form, workflowId, ...end }
}

/** A question that a name can answer is one of an alert's run: beside a person who asked, only a signature counts. */
function triggerOf({ environment, form }: Ground): Trigger {
  if (form.answer === 'plain') {
    const alert = { labels: { alertname: 'ChaosWay', environment } }
    return { kind: 'alert', occurrence: `${environment}-${randomBytes(4).toString('hex')}`, alert, warnings: [] }
  }
  return { kind: 'person', by: { user: userInfo().username, host: 'chaos', assurance: 'self-asserted' } }
}

type End = Pick<RunEnd, 'outcome' | 'sealed' | 'waiting'>

async function endOf(field: Field, handle: WorkflowHandle, form: Form): Promise<End> {
  if (form.ends === undefined) return { waiting: await untilItAsks(handle) }
  if (form.answer !== 'none') await answered(field, handle, form.answer)
  return persist(async () => handle.result() as Promise<End>)
}

async function untilItAsks(handle: WorkflowHandle): Promise<RunState> {
  for (;;) {
    const state = await persist(async () => stateOf(handle))
    if ((state.questions ?? []).length > 0) return state
    await wait(LOOK_AGAIN_MS)
  }
}

/** Whether an answer has arrived shows in the run: one whose reply was lost is given again where the question is still open. */
async function answered({ people }: Field, handle: WorkflowHandle, how: 'plain' | 'signed'): Promise<void> {
  for (let asked = false; ;) {
    const state = await persist(async () => stateOf(handle))
    const open = (state.questions ?? []).length > 0
    if (state.outcome !== undefined || (asked && !open)) return
    asked ||= open
    if (open) await people.answer(handle, state, how).catch(() => undefined)
    await wait(LOOK_AGAIN_MS)
  }
}

/** Tries again while a server or every worker is away. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + PATIENCE_MS; ;) {
    try {
      return await call()
    } catch (error) {
      if (isFinal(error) || Date.now() > until) throw error
      await wait(AGAIN_MS)
    }
  }
}

/** A workflow that has failed stays failed. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowFailedError'
}

async function inTime(work: () => Promise<End>): Promise<End> {
  const ending = new AbortController()
  const late = wait(PATIENCE_MS, {}, { signal: ending.signal }).catch(() => ({}))
  const end = await Promise.race([work().catch(() => ({})), late])
  ending.abort()
  return end
}
