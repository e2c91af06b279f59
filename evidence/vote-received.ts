import type { SignedVote } from '../schemas/run.ts'
import { NAMES } from '../schemas/run.ts'
import { sameJson } from './digest.ts'
import { parseCanonical } from './parse-canonical.ts'
import type { RunRecord } from './record.ts'

/** What is read here of Temporal's events, in its own JSON. */
interface Event {
  readonly eventType?: string
  readonly eventTime?: string
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest?: {
      readonly input?: { readonly name?: string; readonly args?: { readonly payloads?: readonly { data?: string }[] } }
    }
  }
}

/**
 * When a run received a vote, as its history tells it: when the task began in which it was accepted, which is what the run's clock said
 * then. Undefined where the history does not have it.
 */
export function receivedIn({ events }: Pick<RunRecord, 'events'>, vote: SignedVote): Date | undefined {
  const all = parseCanonical(events, 'data/temporal/history.json') as unknown as readonly Event[]
  const accepted = all.findIndex((event) => isAcceptanceOf(event, vote))
  const task = all.slice(0, Math.max(accepted, 0)).findLast(({ eventType }) => eventType === TASK_STARTED)
  return task?.eventTime === undefined ? undefined : new Date(task.eventTime)
}

const TASK_STARTED = 'EVENT_TYPE_WORKFLOW_TASK_STARTED'

function isAcceptanceOf(
  { workflowExecutionUpdateAcceptedEventAttributes: accepted }: Event,
  vote: SignedVote,
): boolean {
  const { name, args } = accepted?.acceptedRequest?.input ?? {}
  if (name !== NAMES.voteUpdate) return false
  return (args?.payloads ?? []).some(({ data = '' }) => sameJson(parsed(data), vote))
}

function parsed(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}
