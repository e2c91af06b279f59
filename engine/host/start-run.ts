import { WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import { ApplicationFailure, TypedSearchAttributes } from '@temporalio/common'
import type { Workflow } from '@temporalio/common'
import { modeOf } from '../core/mode.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type { RunInput, SignedAdmission, Trigger } from '../../schemas/run.ts'
import type { AdmissionKeys } from './admission.ts'
import type { PlanArchive } from './plan-archive.ts'
import { giveWay, observerIn } from './give-way.ts'
import { OperatorError } from './operator-error.ts'
import { newRunId, workflowIdOf } from './run-id.ts'
import { runAttribute } from './temporal.ts'

/** What is to be started, and by whom. */
export interface Start {
  readonly plan: Plan
  readonly planDigest: string
  readonly inputs: JsonObject
  readonly trigger: Trigger
}

/** A start that Temporal has taken. */
export interface Started {
  /** The run that carries it: an older one where this start was merged. */
  readonly runId: string
  readonly workflowId: string
  readonly merged: boolean
  /** The run that only observed, and was ended for this start. */
  readonly inPlaceOf?: string
}

/** Keys and archive of the host that admits. */
export interface Admitting {
  readonly keys: AdmissionKeys
  readonly plans: PlanArchive
}

/** Admits a start: keeps its Plan, and signs what may be carried out (G25). Nothing has begun yet. */
export async function admit(
  { plan, planDigest, inputs, trigger }: Start,
  { keys, plans }: Admitting,
): Promise<SignedAdmission> {
  await plans.keep(planDigest, plan)
  return keys.admit({
    type: 'runproof.admission.v1',
    runId: newRunId(plan.runbook.id),
    workflowId: workflowIdOf(plan, inputs),
    runbook: plan.runbook.id,
    planDigest,
    catalogueDigest: plan.catalogueDigest,
    inputs,
    trigger,
    admittedAt: new Date().toISOString(),
  })
}

/** Thrown where the live run of the same key is closing, and takes no further trigger: try again in a moment. */
export class RunClosing extends Error {
  override readonly name = 'RunClosing'
}

/** Thrown where the live run of the same key goes on, and could not record this start, so did not take it: try again in a moment. */
export class StartNotRecorded extends Error {
  override readonly name = 'StartNotRecorded'
}

/**
 * Starts an admitted run, or merges it into the live run with the same key: one call, so that two at once make one run (G37). A
 * run that only observes takes no start that is more than that: it is ended, and the run begins in its place (G39).
 */
export async function begin(client: Client, plan: Plan, admission: SignedAdmission): Promise<Started> {
  try {
    return await startOrMeet(client, plan, admission)
  } catch (error) {
    const observer = observerIn(error)
    if (observer === undefined) throw inOurWords(error, admission)
    const { runId, workflowId } = admission.admission
    if (!(await giveWay(client, workflowId, { observer, to: runId })))
      throw new RunClosing(`the run ${observer} only observes, and was asked to end; it is just closing`)
    const started = await startOrMeet(client, plan, admission).catch((again: unknown) => {
      throw inOurWords(again, admission)
    })
    return { ...started, inPlaceOf: observer }
  }
}

/** How a run says so (engine/workflow/listen.ts). */
const NOT_RECORDED = 'NotRecorded'
const NOT_ADMITTED = 'NotAdmitted'

/** Why the live run did not take a start. What it does not say itself, Temporal says of a run that closes. */
function inOurWords(error: unknown, { admission: { workflowId } }: SignedAdmission): unknown {
  if (!(error instanceof WorkflowUpdateFailedError)) return error
  const type = error.cause instanceof ApplicationFailure ? error.cause.type : undefined
  if (type === NOT_RECORDED)
    return new StartNotRecorded(`the live run of ${workflowId} could not record this start, and did not take it`)
  if (type === NOT_ADMITTED)
    return new OperatorError(
      'RP0314',
      `the live run of ${workflowId} was not admitted by this installation, and takes no start of it`,
      'start it where that run was started, or wait until it has ended: runproof runs',
    )
  return new RunClosing(`a run of ${workflowId} is just closing: ${error.cause?.message ?? ''}`)
}

async function startOrMeet(client: Client, plan: Plan, admission: SignedAdmission): Promise<Started> {
  const { runId, workflowId, runbook } = admission.admission
  const input: RunInput = { plan, admission }
  const operation = new WithStartWorkflowOperation(runbook, {
    workflowId,
    taskQueue: QUEUES.runs,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: new TypedSearchAttributes([{ key: runAttribute, value: runId }]),
    memo: { runId, runbook, title: plan.runbook.title, mode: modeOf(admission.admission.trigger) },
    staticSummary: `${plan.runbook.title}: ${workflowId}`,
  })
  const met = await client.workflow.executeUpdateWithStart<Workflow, { runId: string }, [SignedAdmission]>(
    NAMES.triggerUpdate,
    { args: [admission], updateId: runId, startWorkflowOperation: operation },
  )
  return { runId: met.runId, workflowId, merged: met.runId !== runId }
}
