import { isJsonObject } from '../schemas/json.ts'
import { NAMES } from '../schemas/run.ts'
import type { ClaimedRecord, ContinuedRecord } from '../schemas/evidence.ts'
import { claimedName, continuedName, parseClaimed, parseContinued } from './continued.ts'
import { digestOf, sameJson } from './digest.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { admissionsIn, executionsIn, parseEvents } from './history-events.ts'
import type { RunRecord } from './record.ts'

/** Holds what executions handed over to one another against the history, against the entries, and against each other. */
export function checkHandedOver(run: RunRecord): Finding[] {
  return [...checkKept(run), ...checkChain(run), ...checkBegun(run)]
}

/** An execution ends by keeping what it hands over; the history has the digest of it. */
function checkKept({ history, intake }: RunRecord): Finding[] {
  const kept = history.activities.filter(({ type, result }) => type === NAMES.keep && isJsonObject(result))
  return kept.flatMap(({ activityId, result }) =>
    Object.entries(result as Record<string, string>).flatMap(([name, digest]) => {
      const bytes = intake.get(name)
      if (bytes === undefined) return [gap(`${name}, which ${activityId} returned, is absent`)]
      return digestOf(bytes) === digest ? [] : [contradiction(`${name} is not the record that ${activityId} returned`)]
    }),
  )
}

/** From the execution that started to the one that ended: each took over from the one before, and none is left out. */
function checkChain(run: RunRecord): Finding[] {
  const findings: Finding[] = []
  const executions = [run.started.workflow.temporalRunId]
  for (let number = 1; has(run, number); number += 1) {
    const kept = readable(() => parseContinued(run.intake.get(continuedName(number)) ?? Buffer.alloc(0)))
    const claimed = claimedOf(run, number)
    if (kept === undefined || claimed === 'unreadable')
      return [...findings, contradiction(`nobody can tell how the run went on as number ${number}`)]
    findings.push(...checkLink(run, { number, kept, claimed, from: executions.at(-1) }))
    if (claimed !== undefined) executions.push(claimed.temporalRunId)
  }
  return [...findings, ...checkExecutions(run, executions)]
}

/** The events are those of the very execution that started, and of all that took over: of no other run, none left out, none more. */
function checkExecutions({ events }: RunRecord, executions: readonly string[]): Finding[] {
  const told = readable(() => executionsIn(parseEvents(events)))
  if (told === undefined) return [contradiction('the events of the history cannot be read')]
  return sameJson(told, executions) ? [] : [contradiction('the history is of other executions than carried the run')]
}

/** Each execution was given the admission of the run: where its events tell another one, they are of another run. */
function checkBegun({ events, admission }: RunRecord): Finding[] {
  const begun = readable(() => admissionsIn(parseEvents(events))) ?? []
  return begun.every((one) => sameJson(one, admission))
    ? []
    : [contradiction('the history began with another admission than the run')]
}

function has({ intake }: RunRecord, number: number): boolean {
  return intake.has(continuedName(number)) || intake.has(claimedName(number))
}

function claimedOf({ intake }: RunRecord, number: number): ClaimedRecord | undefined | 'unreadable' {
  const bytes = intake.get(claimedName(number))
  return bytes === undefined ? undefined : (readable(() => parseClaimed(bytes)) ?? 'unreadable')
}

interface Link {
  readonly number: number
  readonly kept: ContinuedRecord
  readonly claimed: ClaimedRecord | undefined
  readonly from: string | undefined
}

function checkLink({ admission, entries }: RunRecord, { number, kept, claimed, from }: Link): Finding[] {
  const { runId } = admission.admission
  const own = kept.runId === runId && kept.number === number && kept.from === from
  const ours = claimed === undefined || (claimed.runId === runId && claimed.number === number)
  const told = kept.entries.every((entry) => sameJson(entries[(entry as { seq?: number }).seq ?? -1], entry))
  return [
    ...(own ? [] : [contradiction(`${continuedName(number)} was not kept by the execution before`)]),
    ...(ours ? [] : [contradiction(`${claimedName(number)} belongs to another run or number`)]),
    ...(told ? [] : [contradiction(`the run tells other entries than ${continuedName(number)} has kept`)]),
  ]
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
