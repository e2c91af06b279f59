import { canonical } from '../schemas/canonical.ts'
import type { HistoryActivity, HistoryIndex, HistoryUpdate } from '../schemas/evidence.ts'
import type { Json } from '../schemas/json.ts'
import { parseCanonical } from './parse-canonical.ts'

/** What is read of Temporal's events: in its own JSON, numbers of 64 bits are texts, and payloads are base64. */
interface Event {
  readonly eventId?: string
  readonly eventType?: string
  readonly eventTime?: string
  readonly workflowExecutionStartedEventAttributes?: {
    readonly originalExecutionRunId?: string
    readonly input?: Payloads
  }
  readonly workflowExecutionUpdateAcceptedEventAttributes?: { readonly acceptedRequest?: UpdateRequest }
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityId?: string
    readonly activityType?: { readonly name?: string }
  }
  readonly activityTaskStartedEventAttributes?: { readonly scheduledEventId?: string; readonly attempt?: number }
  readonly activityTaskCompletedEventAttributes?: { readonly scheduledEventId?: string; readonly result?: Payloads }
}

interface UpdateRequest {
  readonly meta?: { readonly updateId?: string }
  readonly input?: { readonly name?: string; readonly args?: Payloads }
}

interface Payloads {
  readonly payloads?: readonly Payload[]
}

interface Payload {
  readonly metadata?: { readonly encoding?: string }
  readonly data?: string
}

/** Many ask for the events of one history, which may be long, and never changes: also where nobody can read them. */
const parsed = new WeakMap<Buffer, { readonly events: readonly Event[] } | { readonly error: unknown }>()

/** The events of a bundle's history; throws where the bytes are no list in canonical JSON. */
export function parseEvents(bytes: Buffer): readonly Event[] {
  const before = parsed.get(bytes) ?? parsedOnce(bytes)
  parsed.set(bytes, before)
  if ('events' in before) return before.events
  throw before.error
}

function parsedOnce(bytes: Buffer): { readonly events: readonly Event[] } | { readonly error: unknown } {
  try {
    const events = parseCanonical(bytes, 'data/temporal/history.json')
    if (Array.isArray(events)) return { events: events as readonly Event[] }
    return { error: new TypeError('data/temporal/history.json is no list of events') }
  } catch (error) {
    return { error }
  }
}

/** Temporal's ids of the executions whose events these are, in their order. */
export function executionsIn(events: readonly Event[]): string[] {
  return events.flatMap(({ workflowExecutionStartedEventAttributes: started }) => started?.originalExecutionRunId ?? [])
}

/** The admissions with which executions began, as far as their input can be read. */
export function admissionsIn(events: readonly Event[]): Json[] {
  return events.flatMap(({ workflowExecutionStartedEventAttributes: started }) => {
    const input = decoded(started?.input?.payloads?.[0]) as { readonly admission?: Json } | null
    return input?.admission ?? []
  })
}

/** The history's index as it follows from the events; those of each execution are numbered from 1, and in the index they go on. */
export function indexOf(events: readonly Event[]): Omit<HistoryIndex, 'workflow'> {
  const executions = executionsApart(events)
  const shifts = [0]
  for (const execution of executions) shifts.push((shifts.at(-1) ?? 0) + idOf(execution.at(-1)))
  return {
    lastEventId: shifts.at(-1) ?? 0,
    activities: executions.flatMap((execution, at) => activitiesIn(execution, shifts[at] ?? 0)),
    updates: executions.flatMap((execution, at) => updatesIn(execution, shifts[at] ?? 0)),
  }
}

const TASK_STARTED = 'EVENT_TYPE_WORKFLOW_TASK_STARTED'

/** An update, and when the task began in which the run accepted it, in RFC 3339. */
export type Acceptance = Pick<HistoryUpdate, 'name' | 'args'> & { readonly taskBegan: string | undefined }

/** The updates that a run accepted, in their order. */
export function acceptancesIn(events: readonly Event[]): Acceptance[] {
  let taskBegan: string | undefined
  return events.flatMap((event) => {
    if (event.eventType === TASK_STARTED) taskBegan = event.eventTime
    const update = updateOf(event)
    return update === undefined ? [] : [{ name: update.name, args: update.args, taskBegan }]
  })
}

function executionsApart(events: readonly Event[]): Event[][] {
  const apart: Event[][] = []
  for (const event of events) {
    if (apart.length === 0 || event.workflowExecutionStartedEventAttributes !== undefined) apart.push([])
    apart.at(-1)?.push(event)
  }
  return apart
}

function activitiesIn(events: readonly Event[], shift: number): HistoryActivity[] {
  const started = new Map<number, number>()
  const completed = new Map<number, Event>()
  for (const event of events) {
    const { activityTaskStartedEventAttributes: start, activityTaskCompletedEventAttributes: end } = event
    if (start !== undefined) first(started, Number(start.scheduledEventId), start.attempt ?? 1)
    if (end !== undefined) first(completed, Number(end.scheduledEventId), event)
  }
  return events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled?.activityId === undefined) return []
    const [id, end] = [idOf(event), completed.get(idOf(event))]
    return {
      activityId: scheduled.activityId,
      type: scheduled.activityType?.name ?? '',
      scheduledEventId: id + shift,
      attempt: Math.max(1, started.get(id) ?? 1),
      ...(end === undefined ? {} : endOf(end, shift)),
    }
  })
}

function first<T>(found: Map<number, T>, id: number, value: T): void {
  if (!found.has(id)) found.set(id, value)
}

function endOf(event: Event, shift: number): Pick<HistoryActivity, 'completedEventId' | 'result'> {
  const result = decoded(event.activityTaskCompletedEventAttributes?.result?.payloads?.[0])
  return { completedEventId: idOf(event) + shift, ...(result === null ? {} : { result }) }
}

function updatesIn(events: readonly Event[], shift: number): HistoryUpdate[] {
  return events.flatMap((event) => {
    const update = updateOf(event)
    return update === undefined ? [] : [{ ...update, acceptedEventId: update.acceptedEventId + shift }]
  })
}

function updateOf(event: Event): HistoryUpdate | undefined {
  const { meta, input } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? {}
  if (input?.name === undefined) return undefined
  const args = (input.args?.payloads ?? []).map(decoded)
  return { updateId: meta?.updateId ?? '', name: input.name, acceptedEventId: idOf(event), args }
}

function idOf(event: Event | undefined): number {
  return Number(event?.eventId ?? 0)
}

/** A payload is JSON that can be carried, or nothing: the engine sends no other, and what somebody else sends keeps no run from being sealed. */
function decoded(payload: Payload | undefined): Json {
  if (text(payload?.metadata?.encoding) !== 'json/plain') return null
  try {
    const value = JSON.parse(text(payload?.data)) as Json
    canonical(value)
    return value
  } catch {
    return null
  }
}

function text(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
