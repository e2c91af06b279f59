import type { Client, WorkflowHandle } from '@temporalio/client'
import type { WorkflowRef } from '../../schemas/evidence.ts'

/** The execution in which a run goes on, or has ended: from its first one, as far as Temporal continued it as new. */
export async function lastExecutionOf(
  client: Client,
  { workflowId, temporalRunId }: WorkflowRef,
): Promise<WorkflowHandle> {
  let handle = client.workflow.getHandle(workflowId, temporalRunId)
  for (;;) {
    const { status } = await handle.describe()
    const next = status.name === 'CONTINUED_AS_NEW' ? await successorOf(handle) : undefined
    if (next === undefined) return handle
    handle = client.workflow.getHandle(workflowId, next)
  }
}

/** The execution that Temporal began when this one ended by continuing as new, by its own record of that end. */
export async function successorOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { events } = await handle.fetchHistory()
  return events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
}
