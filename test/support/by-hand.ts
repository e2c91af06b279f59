import { defaultPayloadConverter } from '@temporalio/common'
import { findRun } from '../../engine/host/runs.ts'
import { eventually } from './eventually.ts'
import type { Installation } from './installation.ts'

/** Completes an activity that is under way, as anybody can who reaches Temporal. */
export async function completeByHand(
  { client, namespace }: Pick<Installation, 'client' | 'namespace'>,
  { runId, activityId }: { readonly runId: string; readonly activityId: string },
  result: unknown,
): Promise<void> {
  const handle = await findRun(client, runId)
  const { runId: temporalRunId } = await eventually(async () => {
    const { raw, runId: found } = await handle.describe()
    const pending = raw.pendingActivities?.some((activity) => activity.activityId === activityId) === true
    return pending && { runId: found }
  }, `the activity ${activityId}`)
  await client.workflowService.respondActivityTaskCompletedById({
    namespace,
    workflowId: handle.workflowId,
    runId: temporalRunId,
    activityId,
    result: { payloads: [defaultPayloadConverter.toPayload(result)] },
  })
}
