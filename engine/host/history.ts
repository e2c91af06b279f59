import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { indexOf } from '../../evidence/history-events.ts'
import type { HistoryFacts, WorkflowRef } from '../../schemas/evidence.ts'
import type { Json } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
type Event = NonNullable<History['events']>[number]

/** A run's history as the sealing needs it, ending before the sealing's own events. */
export async function historyOf(handle: WorkflowHandle, workflow: WorkflowRef): Promise<HistoryFacts> {
  const history = await handle.fetchHistory()
  const events = untilSealing(history.events ?? [])
  const { events: raw } = JSON.parse(historyToJSON({ ...history, events })) as { events: Json[] }
  // As a verifier finds it again.
  return { workflow, ...indexOf(raw as Parameters<typeof indexOf>[0]), raw }
}

function untilSealing(events: readonly Event[]): Event[] {
  const sealing = events.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === NAMES.seal,
  )
  return sealing < 0 ? [...events] : events.slice(0, sealing)
}
