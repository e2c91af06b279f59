import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client'
import type { Client } from '@temporalio/client'

/**
 * The run for which Temporal has taken an admission: its own, where the newest execution was started for it, or the one that
 * it met as a further trigger. Undefined where Temporal knows nothing of it.
 */
export async function takenAs(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<string | undefined> {
  const handle = client.workflow.getHandle(workflowId)
  try {
    const { memo } = await handle.describe()
    if (memo?.['runId'] === runId) return runId
    return (await handle.getUpdateHandle<{ runId: string }>(runId).result()).runId
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return undefined
    throw error
  }
}
