import type { HistoryActivity, HistoryFacts, HistoryUpdate } from '../../schemas/evidence.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'

/** A history with the events of Temporal that tell it, as an export has them: numbers of 64 bits are texts, payloads are base64. */
export function withEvents({ workflow, lastEventId, activities, updates }: Omit<HistoryFacts, 'raw'>): HistoryFacts {
  const raw = [
    startOf(workflow.temporalRunId),
    ...activities.flatMap(eventsOf),
    ...updates.map(accepted),
    { eventId: `${lastEventId}`, eventType: 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED' },
  ].sort((one, other) => Number(one['eventId']) - Number(other['eventId']))
  return { workflow, lastEventId, activities, updates, raw }
}

/** The first event of an execution. */
export function startOf(temporalRunId: string): JsonObject {
  return {
    eventId: '1',
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    workflowExecutionStartedEventAttributes: { attempt: 1, originalExecutionRunId: temporalRunId },
  }
}

function eventsOf({
  activityId,
  type,
  scheduledEventId,
  completedEventId,
  attempt,
  result,
}: HistoryActivity): JsonObject[] {
  const scheduled = `${scheduledEventId}`
  return [
    {
      eventId: scheduled,
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      activityTaskScheduledEventAttributes: { activityId, activityType: { name: type } },
    },
    {
      eventId: `${scheduledEventId + 1}`,
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_STARTED',
      activityTaskStartedEventAttributes: { scheduledEventId: scheduled, attempt },
    },
    ...(completedEventId === undefined ? [] : [completed(scheduled, completedEventId, result)]),
  ]
}

function completed(scheduledEventId: string, id: number, result: Json | undefined): JsonObject {
  return {
    eventId: `${id}`,
    eventType: 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
    activityTaskCompletedEventAttributes: {
      scheduledEventId,
      ...(result === undefined ? {} : { result: { payloads: [payload(result)] } }),
    },
  }
}

function accepted({ updateId, name, acceptedEventId, args }: HistoryUpdate): JsonObject {
  return {
    eventId: `${acceptedEventId}`,
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
    workflowExecutionUpdateAcceptedEventAttributes: {
      acceptedRequest: { meta: { updateId }, input: { name, args: { payloads: args.map(payload) } } },
    },
  }
}

function payload(value: Json): JsonObject {
  return { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
