import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { NAMES } from '../../schemas/run.ts'
import { recallBegun } from './occurrence-memory.ts'
import type { Handling } from './occurrences.ts'

/** An alert that has ended: the key of its occurrence, its name in the run, and the workflow that would carry it. */
export interface Resolved {
  readonly key: string
  readonly occurrence: string
  readonly workflowId: string
}

/**
 * Tells the live run that carries an occurrence that its alert has ended: the run looks at its facts again at once, and believes
 * nothing (G16). Starts nothing (G37). Answers with the run that was told, if there is one.
 */
export async function tellResolved(
  { key, occurrence, workflowId }: Resolved,
  { client, store }: Pick<Handling, 'client' | 'store'>,
): Promise<string | undefined> {
  const carrier = await recallBegun(store, key)
  if (carrier === undefined) return undefined
  const told = await tellLive(client.workflow.getHandle(workflowId), carrier.runId, occurrence)
  return told ? carrier.runId : undefined
}

/** A run that has ended, or is ending, needs to know nothing more. */
async function tellLive(handle: WorkflowHandle, runId: string, occurrence: string): Promise<boolean> {
  try {
    const { status, memo } = await handle.describe()
    if (status.name !== 'RUNNING' || memo?.['runId'] !== runId) return false
    await handle.executeUpdate(NAMES.resolvedUpdate, { args: [{ occurrence }], updateId: `resolved-${occurrence}` })
    return true
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false
    throw error
  }
}
