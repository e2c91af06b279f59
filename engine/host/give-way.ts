import { setTimeout as wait } from 'node:timers/promises'
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'

/** How a run says so (engine/workflow/listen.ts). */
const ONLY_OBSERVES = 'OnlyObserves'

/** The run that refused a start because it only observes, while the start is to act or to propose (G39). */
export function observerIn(error: unknown): string | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined
  const { type, details } = error.cause
  const runId: unknown = details?.[0]
  return type === ONLY_OBSERVES && typeof runId === 'string' ? runId : undefined
}

/** How long an observing run has to seal its evidence and to close, before the start is to be tried again later. */
const PATIENCE_MS = 3_000

/**
 * Ends a run that only observes, for a start that is more than that, and waits until it has closed; answers whether it has. It
 * has caused nothing, and what it saw is sealed. Only this very run is ended: another that began meanwhile is left alone.
 */
export async function giveWay(
  client: Client,
  workflowId: string,
  { observer, to }: { readonly observer: string; readonly to: string },
): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS
  for (let asked = false; ; asked = true) {
    const first = await firstExecutionOf(client, workflowId, observer)
    if (first === undefined) return true
    if (!asked) await cancel(client, { workflowId, first, reason: `it only observed, and gives way to ${to}` })
    if (performance.now() > until) return false
    await wait(100)
  }
}

/** The first execution of a run that is live under this workflow's id; undefined where it is not, or not any more. */
async function firstExecutionOf(client: Client, workflowId: string, runId: string): Promise<string | undefined> {
  try {
    const { status, memo, raw } = await client.workflow.getHandle(workflowId).describe()
    const isLive = status.name === 'RUNNING' && memo?.['runId'] === runId
    return isLive ? (raw.workflowExecutionInfo?.firstRunId ?? undefined) : undefined
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** The reason stands in the history, and so in the evidence of the run that is ended. */
async function cancel(
  { workflowService, options: { namespace } }: Client,
  { workflowId, first, reason }: { readonly workflowId: string; readonly first: string; readonly reason: string },
): Promise<void> {
  const request = { namespace, workflowExecution: { workflowId }, firstExecutionRunId: first, reason }
  await workflowService.requestCancelWorkflowExecution(request).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code !== NOT_FOUND) throw error
  })
}

/** It has closed in between. */
const NOT_FOUND = 5
