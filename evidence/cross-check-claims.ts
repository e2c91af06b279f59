import { NAMES } from '../schemas/run.ts'
import type { RunEntry } from '../schemas/run.ts'
import { isRecorded, readClaim } from './claims.ts'
import { jsonDigest } from './digest.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import type { HistoryLookup } from './history-lookup.ts'
import type { RunRecord } from './record.ts'

/** What was said is what was answered, and what the worker has recorded; so is what was not said. */
export function checkClaim(
  { run, lookup }: { readonly run: RunRecord; readonly lookup: HistoryLookup },
  entry: RunEntry & { kind: 'claim' },
): Finding[] {
  const { outcome, result } = entry
  if (result.status !== 'said')
    return isRecorded(recordsOf(run), entry)
      ? [contradiction(`the claim of ${outcome} was recorded as said, and is told as denied`)]
      : []
  const said = lookup.isAnsweredToClaim(result)
  return [
    ...(said ? [] : [contradiction(`the claim of ${outcome} is unknown to the history`)]),
    ...checkRecorded(run, entry),
  ]
}

function checkRecorded(run: RunRecord, entry: RunEntry & { kind: 'claim' }): Finding[] {
  const { outcome, result } = entry
  if (isRecorded(recordsOf(run), entry)) return []
  const isOther = Object.keys(result.evidence).some((name) => readClaim(run.intake.get(name)) !== undefined)
  return isOther
    ? [contradiction(`what was recorded is not the claim of ${outcome}`)]
    : [gap(`the claim of ${outcome} was not recorded when it was said`)]
}

/** A run that has told its end has told every claim that was answered on the way to it. */
export function checkUnclaimed({ history, entries }: RunRecord): Finding[] {
  const told = new Set(entries.flatMap((entry) => (entry.kind === 'claim' ? [jsonDigest(entry.result)] : [])))
  if (!entries.some(({ kind }) => kind === 'outcome')) return []
  return history.activities.flatMap(({ type, activityId, result }) =>
    type !== NAMES.claim || result === undefined || told.has(jsonDigest(result))
      ? []
      : [contradiction(`no entry tells of ${activityId}, which was answered`)],
  )
}

/** Whether an entry claims the run's own end, and the worker has recorded that it said so. */
export function isSaid(run: RunRecord, entry: RunEntry): boolean {
  if (entry.kind !== 'claim' || entry.outcome !== run.outcome.name || entry.result.status !== 'said') return false
  return isRecorded(recordsOf(run), entry)
}

function recordsOf({ admission, intake }: RunRecord) {
  return { runId: admission.admission.runId, intake }
}
