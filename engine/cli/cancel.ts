import type { WorkflowHandle } from '@temporalio/client'
import { OperatorError } from '../host/operator-error.ts'
import { findRun } from '../host/runs.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { atStation } from './station.ts'
import { print } from './terminal.ts'

/** Asks a run to end. It finishes the call that is in hand, says how it ended, and seals. */
export async function cancel({ folder, args }: Call): Promise<Exit> {
  const runId = args[0] ?? ''
  await atStation(folder, async ({ client }) => cancelLive(await findRun(client, runId), runId))
  print(`${runId} is asked to end; what is in hand is finished first\nfollow it: runproof watch ${runId}`)
  return EXIT.ok
}

async function cancelLive(handle: WorkflowHandle, runId: string): Promise<void> {
  const { status } = await handle.describe()
  if (status.name === 'RUNNING') return void (await handle.cancel())
  throw new OperatorError('RP0306', `${runId} has ended already`, `runproof show ${runId}`)
}
