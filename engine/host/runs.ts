import { WorkflowNotFoundError } from '@temporalio/client'
import type { Client, WorkflowHandle } from '@temporalio/client'
import { NAMES } from '../../schemas/run.ts'
import type { RunState, SignedVote, VoteVerdict } from '../../schemas/run.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import type { WorkflowRef } from '../../schemas/evidence.ts'
import { lastExecutionOf } from './last-execution.ts'
import { OperatorError } from './operator-error.ts'

/** A line of the list of runs. */
export interface RunSummary {
  readonly runId: string
  readonly workflowId: string
  readonly runbook: string
  readonly startedAt: string
  readonly closedAt?: string
  /** Temporal's word: RUNNING, COMPLETED, FAILED, TERMINATED … */
  readonly status: string
  /** Of a live run: whether it waits for people or is paused; absent where it never has. */
  readonly phase?: string
  readonly outcome?: string
}

const OURS = 'RunproofRun IS NOT NULL'

/**
 * Runs as far as Temporal remembers them, each once: all that are under way, then those that ended last, up to the limit. Of those
 * that ended there may be many; whoever waits for somebody must not get lost behind them.
 */
export async function listRuns(client: Client, { limit }: { readonly limit: number }): Promise<RunSummary[]> {
  // In this order: what ends in between is found twice, and not never.
  const live = await listed(client, 'CloseTime IS NULL')
  const ended = await listed(client, 'CloseTime IS NOT NULL AND ExecutionStatus != "ContinuedAsNew"', limit)
  const moved = await listed(client, 'ExecutionStatus = "ContinuedAsNew"')
  return onceEach([...live, ...ended], moved)
}

async function listed(client: Client, which: string, limit = Infinity): Promise<RunSummary[]> {
  const runs: RunSummary[] = []
  for await (const execution of client.workflow.list({ query: `${OURS} AND ${which}` })) {
    runs.push(summaryOf(execution))
    if (runs.length >= limit) break
  }
  return runs
}

/** A long run goes on in further executions: the newest says how it stands, the oldest when it began. */
function onceEach(runs: readonly RunSummary[], moved: readonly RunSummary[]): RunSummary[] {
  const once = new Map<string, RunSummary>()
  for (const run of runs) if (!once.has(idOf(run))) once.set(idOf(run), run)
  for (const earlier of moved) {
    const run = once.get(idOf(earlier))
    if (run !== undefined && earlier.startedAt < run.startedAt)
      once.set(idOf(run), { ...run, startedAt: earlier.startedAt })
  }
  return [...once.values()]
}

/** One that was started by hand may have no id of ours. */
function idOf({ runId, workflowId }: RunSummary): string {
  return runId === '' ? workflowId : runId
}

type Execution = Awaited<ReturnType<WorkflowHandle['describe']>>
type Listed = Pick<
  Execution,
  'workflowId' | 'type' | 'startTime' | 'closeTime' | 'status' | 'memo' | 'searchAttributes'
>

function summaryOf({ workflowId, type, startTime, closeTime, status, memo, searchAttributes }: Listed): RunSummary {
  const outcome = searchAttributes['RunproofOutcome']?.[0]
  const phase = status.name === 'RUNNING' ? searchAttributes['RunproofPhase']?.[0] : undefined
  return {
    runId: textOf(memo?.['runId']),
    workflowId,
    runbook: type,
    startedAt: startTime.toISOString(),
    status: status.name,
    ...(closeTime === undefined ? {} : { closedAt: closeTime.toISOString() }),
    ...(typeof phase === 'string' ? { phase } : {}),
    ...(typeof outcome === 'string' ? { outcome } : {}),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** How long a run that was just started may be missing in Temporal's index. */
const INDEX_PATIENCE_MS = 3_000

/** The workflow of a run, by the run's id. While it is under way, a message reaches whichever execution carries it then. */
export async function findRun(client: Client, runId: string): Promise<WorkflowHandle> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(runId)) throw unknownRun(runId)
  const until = Date.now() + INDEX_PATIENCE_MS
  for (;;) {
    for await (const { workflowId, runId: temporalRunId } of client.workflow.list({
      query: `RunproofRun = "${runId}"`,
    })) {
      return whereItGoesOn(client, { workflowId, temporalRunId, namespace: client.options.namespace })
    }
    if (Date.now() > until) throw unknownRun(runId)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** A handle on one execution would send messages to it even after the run has moved on to the next. */
async function whereItGoesOn(client: Client, known: WorkflowRef): Promise<WorkflowHandle> {
  const last = await lastExecutionOf(client, known)
  const { status, raw } = await last.describe()
  const firstExecutionRunId = raw.workflowExecutionInfo?.firstRunId
  // It may have moved on since it was looked at.
  const goesOn = status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW'
  if (!goesOn || !firstExecutionRunId) return last
  return client.workflow.getHandle(known.workflowId, undefined, { firstExecutionRunId })
}

function unknownRun(runId: string): OperatorError {
  return new OperatorError(
    'RP0301',
    `there is no run \`${runId}\` in Temporal`,
    'list runs with `runproof runs`; sealed ones stay in `runproof evidence list`',
  )
}

/** A run as it is now. */
export async function stateOf(handle: WorkflowHandle): Promise<RunState> {
  try {
    return await handle.query<RunState>(NAMES.stateQuery)
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw unknownRun(handle.workflowId)
    throw error
  }
}

/** Gives a vote; answers whether it counts. The same vote, sent again, is the same update; after the end of the run none counts. */
export async function castVote(handle: WorkflowHandle, signed: SignedVote): Promise<VoteVerdict> {
  const updateId = `vote-${jsonDigest(signed).slice(7, 39)}`
  try {
    return await handle.executeUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate, { args: [signed], updateId })
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { counted: false, why: 'the run has ended' }
    throw error
  }
}
