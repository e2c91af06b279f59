import { NAMES } from '../schemas/run.ts'
import type { RunEntry } from '../schemas/run.ts'
import { checkBallot } from './cross-check-ballot.ts'
import { checkHandedOver } from './cross-check-handed-over.ts'
import { checkIntake, isEffect } from './cross-check-intake.ts'
import { checkSpilled } from './cross-check-spilled.ts'
import { isRecorded } from './claims.ts'
import { sameJson } from './digest.ts'
import { isDone } from './effect-status.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { isReading } from './record.ts'
import type { RunRecord } from './record.ts'

/** What is missing in a run's records, and where they say different things. */
export interface CrossCheck {
  readonly gaps: readonly string[]
  readonly contradictions: readonly string[]
}

/**
 * Holds the three witnesses of a run against each other: its entries (the workflow's word), the history (Temporal's), and
 * the intake (what the worker wrote at the moment of the effect). The sealing signs the findings; a verifier finds them again.
 */
export function crossCheck(run: RunRecord): CrossCheck {
  const findings = [
    ...(run.entries.length > 0 ? [] : [gap('the run handed over no entries')]),
    ...run.entries.flatMap((entry) => checkEntry(run, entry)),
    ...checkEnd(run),
    ...checkIntake(run),
    ...checkBallot(run),
    ...checkHandedOver(run),
    ...checkSpilled(run),
    ...checkUntold(run),
  ]
  const texts = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).map(({ text }) => text)
  return { gaps: texts('gap'), contradictions: texts('contradiction') }
}

function checkEntry(run: RunRecord, entry: RunEntry): Finding[] {
  switch (entry.kind) {
    case 'reading':
      return checkReading(run, entry)
    case 'effect':
    case 'undo':
      return checkEffect(run, entry)
    case 'claim':
      return checkClaim(run, entry)
    case 'vote':
      return checkVote(run, entry)
    default:
      return []
  }
}

/** A reading that was never taken has no activity: it is unknown, and says why. */
function checkReading({ history }: RunRecord, { activity, fact, known }: RunEntry & { kind: 'reading' }): Finding[] {
  if (!known) return []
  const taken = history.activities.find(({ activityId }) => activityId === activity)
  if (taken === undefined) return [contradiction(`reading ${activity} is unknown to the history`)]
  if (taken.result === undefined) return [gap(`the history has no result of reading ${activity}`)]
  if (isReading(taken) && taken.result.record.fact === fact && taken.result.record.value !== undefined) return []
  return [contradiction(`reading ${activity} is known to the run, but not to the history`)]
}

function checkEffect({ history }: RunRecord, { activity, result }: RunEntry & { kind: 'effect' | 'undo' }): Finding[] {
  const done = history.activities.find(({ activityId }) => activityId === activity)
  if (done === undefined) return [contradiction(`effect ${activity} is unknown to the history`)]
  if (done.result !== undefined && sameJson(done.result, result)) return []
  if (done.result === undefined && !isDone(result)) return []
  return [contradiction(`effect ${activity} ended otherwise in the history`)]
}

/** An effect that the history has, and of which no entry tells. */
function checkUntold({ history, entries }: RunRecord): Finding[] {
  const told = new Set(
    entries.flatMap((entry) => (entry.kind === 'effect' || entry.kind === 'undo' ? [entry.activity] : [])),
  )
  const done = history.activities.filter((activity) => isEffect(activity) && isDone(activity.result))
  return done
    .filter(({ activityId }) => !told.has(activityId))
    .map(({ activityId }) => gap(`no entry tells of ${activityId}, which had an effect`))
}

function checkClaim(run: RunRecord, entry: RunEntry & { kind: 'claim' }): Finding[] {
  const { outcome, result } = entry
  if (result.status !== 'said') return []
  const { activities } = run.history
  const said = activities.some((activity) => activity.type === NAMES.claim && sameJson(activity.result, result))
  return [
    ...(said ? [] : [contradiction(`the claim of ${outcome} is unknown to the history`)]),
    ...(isRecorded(recordsOf(run), entry) ? [] : [gap(`the claim of ${outcome} was not recorded when it was said`)]),
  ]
}

function recordsOf({ admission, intake }: RunRecord) {
  return { runId: admission.admission.runId, intake }
}

function checkVote({ history }: RunRecord, { seq, vote }: RunEntry & { kind: 'vote' }): Finding[] {
  const arrived = history.updates.some(
    ({ name, args }) => name === NAMES.voteUpdate && args.some((arg) => sameJson(arg, vote)),
  )
  return arrived ? [] : [contradiction(`the vote of entry ${seq} is unknown to the history`)]
}

/** The end that is sealed is the one that the entries tell; a success was claimed through the door, which has recorded it. */
function checkEnd(run: RunRecord): Finding[] {
  const { entries, outcome, started } = run
  const told = entries.findLast((entry) => entry.kind === 'outcome')
  const refused = outcome.as === 'refused'
  const unclaimed = outcome.as.startsWith('succeeded') && !entries.some((entry) => isSaid(run, entry))
  return [
    ...(told === undefined ? [gap('no entry tells how the run ended')] : []),
    ...(told === undefined || sameJson(told.outcome, outcome)
      ? []
      : [contradiction('the entries tell another end of the run')]),
    ...(refused === started.admitted
      ? [contradiction(`the run was ${refused ? '' : 'not '}admitted, and ended ${outcome.as}`)]
      : []),
    ...(unclaimed ? [contradiction(`nothing allowed the claim of ${outcome.name}`)] : []),
  ]
}

function isSaid(run: RunRecord, entry: RunEntry): boolean {
  if (entry.kind !== 'claim' || entry.outcome !== run.outcome.name || entry.result.status !== 'said') return false
  return isRecorded(recordsOf(run), entry)
}
