import { WorkflowUpdateFailedError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import type { Identity } from '../../schemas/run.ts'
import { NAMES } from '../../schemas/run.ts'
import { OperatorError } from '../host/operator-error.ts'
import { findRun } from '../host/runs.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { identity } from './identity.ts'
import type { Call } from './program.ts'
import { atStation } from './station.ts'
import { print } from './terminal.ts'

type Reasoned = Call<{ readonly reason: string }>

/** Lets a run begin no further step: what is in hand is finished. A pause is no stop: `runproof stop` binds every effect. */
export async function pause(call: Reasoned): Promise<Exit> {
  const runId = await tell(call, NAMES.pauseUpdate)
  print(`${runId} is paused; what is in hand is finished\ngo on: runproof resume ${runId} --reason "…"`)
  return EXIT.ok
}

/** Lets a paused run go on, from the next step. */
export async function resume(call: Reasoned): Promise<Exit> {
  const runId = await tell(call, NAMES.resumeUpdate)
  print(`${runId} goes on\nfollow it: runproof watch ${runId}`)
  return EXIT.ok
}

async function tell({ folder, args, options }: Reasoned, update: 'pause' | 'resume'): Promise<string> {
  const [runId = ''] = args
  const said = { by: identity(), reason: options.reason }
  await atStation(folder, async ({ client }) => {
    const handle = await findRun(client, runId)
    const { status } = await handle.describe()
    if (status.name !== 'RUNNING')
      throw new OperatorError('RP0306', `${runId} has ended already`, `runproof show ${runId}`)
    await send(handle, update, said)
  })
  return runId
}

/** What the run answers to it, such as that it is paused already, is told in its words. */
async function send(
  handle: WorkflowHandle,
  update: 'pause' | 'resume',
  said: { by: Identity; reason: string },
): Promise<void> {
  try {
    await handle.executeUpdate(update, { args: [said] })
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error
    throw new OperatorError('RP0309', error.cause?.message ?? error.message, 'look at it: runproof runs')
  }
}
