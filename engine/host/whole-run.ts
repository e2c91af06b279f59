import type { Client } from '@temporalio/client'
import { claimedName, continuedName, parseClaimed, parseContinued } from '../../evidence/continued.ts'
import { EvidenceRefused } from '../../evidence/errors.ts'
import { parseStart, STARTED } from '../../evidence/start.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { HistoryFacts, WorkflowRef } from '../../schemas/evidence.ts'
import type { Json } from '../../schemas/json.ts'
import type { RunEntry } from '../../schemas/run.ts'
import { historyOf } from './history.ts'

/** A run as it is sealed: one history and one list of entries, however many executions it went through. */
export interface WholeRun {
  readonly history: HistoryFacts
  /** What executions before the last one have entered. */
  readonly before: readonly RunEntry[]
}

/**
 * Puts a run together: the histories of all executions to which it was handed over, one after another, and what each of them has
 * kept. Only the last of them can ask for it. A run that was never recorded is taken as it is told; the sealing then refuses it.
 */
export async function wholeRun(
  runId: string,
  asking: WorkflowRef,
  { store, client }: { readonly store: EvidenceStore; readonly client: Client },
): Promise<WholeRun> {
  const bytes = await store.read(runId, STARTED)
  const first = bytes === undefined ? asking : parseStart(bytes).workflow
  const chain = await handedOver(store, runId)
  const executions = [first.temporalRunId, ...chain.flatMap(({ temporalRunId }) => temporalRunId ?? [])]
  if (executions.at(-1) !== asking.temporalRunId || first.workflowId !== asking.workflowId) throw notItsExecution(runId)
  const histories = await Promise.all(
    executions.map(async (temporalRunId) => {
      const handle = client.workflow.getHandle(first.workflowId, temporalRunId)
      return historyOf(handle, { ...first, temporalRunId })
    }),
  )
  return { history: { ...histories.reduce(joined), workflow: first }, before: chain.flatMap(({ entries }) => entries) }
}

interface HandedOver {
  /** Absent where no execution has taken it over. */
  readonly temporalRunId?: string
  readonly entries: readonly RunEntry[]
}

async function handedOver(store: EvidenceStore, runId: string): Promise<HandedOver[]> {
  const chain: HandedOver[] = []
  for (let number = 1; ; number += 1) {
    const [claimed, kept] = await Promise.all([
      store.read(runId, claimedName(number)),
      store.read(runId, continuedName(number)),
    ])
    if (kept === undefined) return chain
    const entries = parseContinued(kept).entries as unknown as RunEntry[]
    chain.push(claimed === undefined ? { entries } : { entries, temporalRunId: parseClaimed(claimed).temporalRunId })
  }
}

/** Each execution numbers its events from 1: in the whole run they go on. */
function joined(one: HistoryFacts, next: HistoryFacts): HistoryFacts {
  const shift = one.lastEventId
  return {
    workflow: one.workflow,
    lastEventId: shift + next.lastEventId,
    activities: [
      ...one.activities,
      ...next.activities.map(({ completedEventId, ...activity }) => ({
        ...activity,
        scheduledEventId: activity.scheduledEventId + shift,
        ...(completedEventId === undefined ? {} : { completedEventId: completedEventId + shift }),
      })),
    ],
    updates: [
      ...one.updates,
      ...next.updates.map((update) => ({ ...update, acceptedEventId: update.acceptedEventId + shift })),
    ],
    raw: [...(one.raw as readonly Json[]), ...(next.raw as readonly Json[])],
  }
}

function notItsExecution(runId: string): EvidenceRefused {
  return new EvidenceRefused(
    `run ${runId} is not sealed: another execution carries it than the one that asks`,
    'only the execution that carries a run can have it sealed',
  )
}
