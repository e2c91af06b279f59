import type { WorkflowHandle } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import type { Payload } from '@temporalio/common'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { HistoryActivity, HistoryFacts, HistoryUpdate, WorkflowRef } from '../../schemas/evidence.ts'
import type { Json } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
type Event = NonNullable<History['events']>[number]

/** A run's history as the sealing needs it, ending before the sealing's own events. */
export async function historyOf(handle: WorkflowHandle, workflow: WorkflowRef): Promise<HistoryFacts> {
  const history = await handle.fetchHistory()
  const events = untilSealing(history.events ?? [])
  return {
    workflow,
    lastEventId: Number(events.at(-1)?.eventId ?? 0),
    activities: activitiesIn(events),
    updates: updatesIn(events),
    raw: (JSON.parse(historyToJSON({ ...history, events })) as { events: Json }).events,
  }
}

function untilSealing(events: readonly Event[]): Event[] {
  const sealing = events.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === NAMES.seal,
  )
  return sealing < 0 ? [...events] : events.slice(0, sealing)
}

function activitiesIn(events: readonly Event[]): HistoryActivity[] {
  return events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled?.activityId == null) return []
    return [
      {
        activityId: scheduled.activityId,
        type: scheduled.activityType?.name ?? '',
        scheduledEventId: Number(event.eventId),
        ...endOf(events, Number(event.eventId)),
      },
    ]
  })
}

function endOf(
  events: readonly Event[],
  scheduled: number,
): Pick<HistoryActivity, 'attempt' | 'completedEventId' | 'result'> {
  const started = events.find(
    (event) => Number(event.activityTaskStartedEventAttributes?.scheduledEventId ?? -1) === scheduled,
  )
  const attempt = { attempt: Math.max(1, started?.activityTaskStartedEventAttributes?.attempt ?? 1) }
  const completed = events.find(
    (event) => Number(event.activityTaskCompletedEventAttributes?.scheduledEventId ?? -1) === scheduled,
  )
  if (completed === undefined) return attempt
  const result = decode(completed.activityTaskCompletedEventAttributes?.result?.payloads?.[0])
  return { ...attempt, completedEventId: Number(completed.eventId), ...(result === undefined ? {} : { result }) }
}

function updatesIn(events: readonly Event[]): HistoryUpdate[] {
  return events.flatMap((event) => {
    const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest
    if (request?.input?.name == null) return []
    const args = (request.input.args?.payloads ?? []).map((payload) => decode(payload) ?? null)
    return [
      {
        updateId: request.meta?.updateId ?? '',
        name: request.input.name,
        acceptedEventId: Number(event.eventId),
        args,
      },
    ]
  })
}

function decode(payload: Payload | null | undefined): Json | undefined {
  return payload == null ? undefined : (defaultPayloadConverter.fromPayload<Json>(payload) ?? undefined)
}
