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

/** Of a history, its last event alone: the whole can be more than a client takes in one answer. */
const CLOSE_EVENT = 2

/** The execution that Temporal began when this one ended by continuing as new, by its own record of that end. */
export async function successorOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { workflowService, options } = handle.client
  const { workflowId, runId } = await handle.describe()
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution: { workflowId, runId },
    historyEventFilterType: CLOSE_EVENT,
  })
  const end = history?.events?.at(-1)
  return end?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
}
