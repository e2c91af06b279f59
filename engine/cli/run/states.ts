import { setTimeout as wait } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import type { RunState } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { stateOf } from '../../host/runs.ts'
import { unlessAborted } from '../interrupt.ts'
import { say } from '../terminal.ts'

const POLL_MS = 250

/** How long nobody may answer before it is said, and then again. */
const SILENCE_MS = 5_000

/**
 * A run's state, again and again, until its evidence is sealed. Outlives restarts of worker and Temporal, and goes along where
 * the run goes on in another execution.
 */
export async function* statesOf(find: () => Promise<WorkflowHandle>, signal: AbortSignal): AsyncGenerator<RunState> {
  let handle = await find()
  let heardAt = Date.now()
  while (!signal.aborted) {
    const state = await unlessAborted(stateOf(handle).catch(unlessFinal), signal)
    if (state !== undefined) {
      heardAt = Date.now()
      yield state
      if (state.phase === 'sealed') return
    } else if (!signal.aborted && Date.now() - heardAt > SILENCE_MS) {
      heardAt = Date.now()
      say('no worker answers; waiting (does `runproof up` run in this folder?)')
    }
    if (!signal.aborted && (await goesOnElsewhere(handle))) handle = await find()
    await wait(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

function unlessFinal(error: unknown): undefined {
  if (error instanceof OperatorError) throw error
  return undefined
}

/** Whether another execution carries the run on. A workflow that was cut off never says that it is sealed: that is an error. */
async function goesOnElsewhere(handle: WorkflowHandle): Promise<boolean> {
  const described = await handle.describe().catch(() => undefined)
  const status = described?.status.name
  if (status === 'CONTINUED_AS_NEW') return true
  if (status === undefined || ['RUNNING', 'COMPLETED', 'PAUSED'].includes(status)) return false
  throw new OperatorError(
    'RP0304',
    `the workflow of this run ended as ${status}, before the run could say how it ended`,
    'its evidence is sealed within a minute, if it was admitted: runproof evidence list',
  )
}
