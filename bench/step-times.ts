import type { WorkflowHandle } from '@temporalio/client'

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>
type Event = NonNullable<History['events']>[number]

/**
 * How long each activity of a type took a run, in milliseconds, by the server's clock alone: from the moment at which it was
 * scheduled to the one at which the workflow scheduled what comes next, or ended.
 */
export async function stepTimes(handle: WorkflowHandle, activity: string): Promise<number[]> {
  const { events } = await handle.fetchHistory()
  const marks = (events ?? []).filter((event) => scheduled(event) !== undefined || isEnd(event))
  return marks.flatMap((mark, at) => {
    const next = marks[at + 1]
    return scheduled(mark) === activity && next !== undefined ? [msOf(next) - msOf(mark)] : []
  })
}

function scheduled({ activityTaskScheduledEventAttributes }: Event): string | undefined {
  return activityTaskScheduledEventAttributes?.activityType?.name ?? undefined
}

function isEnd({ workflowExecutionCompletedEventAttributes }: Event): boolean {
  return workflowExecutionCompletedEventAttributes != null
}

function msOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + Number(eventTime?.nanos ?? 0) / 1e6
}
