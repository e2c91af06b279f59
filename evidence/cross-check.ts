import type { HistoryActivity } from '../schemas/evidence.ts'
import { NAMES } from '../schemas/run.ts'
import type { RunEntry } from '../schemas/run.ts'
import { checkBallot } from './cross-check-ballot.ts'
import { checkClaim, checkUnclaimed, isSaid } from './cross-check-claims.ts'
import { checkWords } from './cross-check-entries.ts'
import { checkHandedOver } from './cross-check-handed-over.ts'
import { checkIntake, isEffect } from './cross-check-intake.ts'
import { checkSpilled } from './cross-check-spilled.ts'
import { checkSteps } from './cross-check-steps.ts'
import { sameJson } from './digest.ts'
import { isDone } from './effect-status.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { lookThrough } from './history-lookup.ts'
import type { HistoryLookup } from './history-lookup.ts'
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
  const findings = CHECKS.flatMap((check) => found(check, run))
  const texts = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).map(({ text }) => text)
  return { gaps: texts('gap'), contradictions: [...new Set(texts('contradiction'))] }
}

type CrossChecking = (run: RunRecord) => Finding[]

const CHECKS: readonly CrossChecking[] = [
  checkEntries,
  checkWords,
  checkEnd,
  checkIntake,
  checkBallot,
  checkSteps,
  checkHandedOver,
  checkSpilled,
  checkUntold,
  checkUnclaimed,
  checkAdmitted,
]

/** A workflow and a history may tell anything: what has not the shape of its kind keeps no run from being sealed as contradicted. */
function found(check: CrossChecking, run: RunRecord): Finding[] {
  try {
    return check(run)
  } catch {
    return [contradiction('an entry, an activity or a record has not the shape of its kind')]
  }
}

function checkEntries(run: RunRecord): Finding[] {
  if (run.entries.length === 0) return [gap('the run handed over no entries')]
  const told = { run, lookup: lookThrough(run.history) }
  return run.entries.flatMap((entry) => checkEntry(told, entry))
}

interface Told {
  readonly run: RunRecord
  readonly lookup: HistoryLookup
}

function checkEntry(told: Told, entry: RunEntry): Finding[] {
  switch (entry.kind) {
    case 'reading':
      return checkReading(told, entry)
    case 'effect':
    case 'undo':
      return checkEffect(told, entry)
    case 'claim':
      return checkClaim(told, entry)
    case 'vote':
      return checkVote(told, entry)
    default:
      return []
  }
}

/** A reading that was never taken has no activity: it is unknown, and says why. */
function checkReading({ lookup }: Told, { activity, fact, known }: RunEntry & { kind: 'reading' }): Finding[] {
  const taken = lookup.activity(activity)
  if (!known)
    return taken !== undefined && isReading(taken) && taken.result.record.unknown === undefined
      ? [contradiction(`reading ${activity} is known to the history, but not to the run`)]
      : []
  if (taken === undefined) return [contradiction(`reading ${activity} is unknown to the history`)]
  if (taken.result === undefined) return [gap(`the history has no result of reading ${activity}`)]
  if (isReading(taken) && taken.result.record.fact === fact && taken.result.record.value !== undefined) return []
  return [contradiction(`reading ${activity} is known to the run, but not to the history`)]
}

function checkEffect({ lookup }: Told, { activity, result }: RunEntry & { kind: 'effect' | 'undo' }): Finding[] {
  const done = lookup.activity(activity)
  // What was too large to be asked for, or too late to be taken back, is told as such, and was never an activity.
  if (done === undefined && ['denied', 'failed'].includes(result.status)) return []
  if (done === undefined) return [contradiction(`effect ${activity} is unknown to the history`)]
  if (done.result !== undefined && sameJson(done.result, result)) return isDone(result) ? checkNamed(done) : []
  if (done.result === undefined && !isDone(result)) return []
  return [contradiction(`effect ${activity} ended otherwise in the history`)]
}

/** The door names the records of what it did; whoever completes an activity by hand may name none. */
function checkNamed(done: HistoryActivity): Finding[] {
  return isEffect(done) ? [] : [contradiction(`effect ${done.activityId} names no records of the door`)]
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

/** What the run was told of its admission is what was recorded of its start. */
function checkAdmitted({ history, started }: RunRecord): Finding[] {
  const told = history.activities.flatMap(({ type, result }) => (type === NAMES.admit ? (result ?? []) : []))
  const others = told.filter((result) => (result as { readonly admitted?: unknown }).admitted !== started.admitted)
  return others.length === 0 ? [] : [contradiction('the history tells another admission than was recorded')]
}

function checkVote({ lookup }: Told, { seq, vote }: RunEntry & { kind: 'vote' }): Finding[] {
  return lookup.isArrived(vote) ? [] : [contradiction(`the vote of entry ${seq} is unknown to the history`)]
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
