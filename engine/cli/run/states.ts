import { setTimeout as wait } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import type { RunState } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { stateOf } from '../../host/runs.ts'
import { aborted } from '../interrupt.ts'
import { say } from '../terminal.ts'

const POLL_MS = 250

/** How long nobody may answer before it is said, and then again. */
const SILENCE_MS = 5_000

/** A run's state, again and again, until its evidence is sealed. Outlives restarts of worker and Temporal. */
export async function* statesOf(handle: WorkflowHandle, signal: AbortSignal): AsyncGenerator<RunState> {
  let heardAt = Date.now()
  while (!signal.aborted) {
    const state = await Promise.race([stateOf(handle).catch(unlessFinal), aborted(signal)])
    if (state !== undefined) {
      heardAt = Date.now()
      yield state
      if (state.phase === 'sealed') return
    } else if (!signal.aborted && Date.now() - heardAt > SILENCE_MS) {
      heardAt = Date.now()
      say('no worker answers; waiting (does `runproof up` run in this folder?)')
    }
    if (!signal.aborted) await refuseEnded(handle)
    await wait(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

function unlessFinal(error: unknown): undefined {
  if (error instanceof OperatorError) throw error
  return undefined
}

/** A workflow that was cut off never says that it is sealed. */
async function refuseEnded(handle: WorkflowHandle): Promise<void> {
  const described = await handle.describe().catch(() => undefined)
  const status = described?.status.name
  if (status === undefined || ['RUNNING', 'COMPLETED', 'PAUSED'].includes(status)) return
  throw new OperatorError(
    'RP0304',
    `the workflow of this run ended as ${status}, before the run could say how it ended`,
    'its evidence is sealed within a minute, if it was admitted: runproof evidence list',
  )
}
