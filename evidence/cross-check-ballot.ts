import type { RunEntry } from '../schemas/run.ts'
import { lookThroughBallot } from './ballot-lookup.ts'
import type { BallotLookup } from './ballot-lookup.ts'
import { jsonDigest, sameJson } from './digest.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { isFurther } from './further.ts'
import type { RunRecord } from './record.ts'

/** Holds what the run tells of questions and votes against what the worker recorded of them before the run learned of it. */
export function checkBallot(run: RunRecord): Finding[] {
  const ballot = readable(run)
  if (ballot === undefined) return [contradiction('a record of a question, a vote or a further start cannot be read')]
  return [...checkFurther(run, ballot), ...checkTold(run, ballot)]
}

function checkTold(run: RunRecord, ballot: BallotLookup): Finding[] {
  const started = new Set(ballot.further.map(({ admission }) => jsonDigest(admission.trigger)))
  return run.entries.flatMap((entry) => {
    // Runs of the first form of Plans recorded no questions at first.
    const unrecorded = run.plan.planVersion === 1 && ballot.questions.length === 0
    if (entry.kind === 'trigger' && run.plan.planVersion > 1) return checkStart(started, entry)
    if (entry.kind === 'asked') return unrecorded ? [] : checkQuestion(ballot, entry)
    return entry.kind === 'vote' ? checkVote(ballot, entry) : []
  })
}

function readable(run: RunRecord): BallotLookup | undefined {
  try {
    return lookThroughBallot(run)
  } catch {
    return undefined
  }
}

/** Runs of the first form of Plans recorded no further starts at first. */
function checkStart(started: ReadonlySet<string>, { seq, trigger }: RunEntry & { kind: 'trigger' }): Finding[] {
  return started.has(jsonDigest(trigger)) ? [] : [contradiction(`the start of entry ${seq} is none that was recorded`)]
}

/** Who asked for another run of the key did not ask for this one. */
function checkFurther({ admission: { admission } }: RunRecord, { further }: BallotLookup): Finding[] {
  const strange = further.filter((one) => !isFurther(one.admission, admission))
  return strange.map((one) => contradiction(`the start ${one.admission.runId} was recorded, and is none of this run`))
}

function checkQuestion(
  ballot: BallotLookup,
  { seq, step, factsDigest, ...told }: RunEntry & { kind: 'asked' },
): Finding[] {
  const recorded = ballot.question(factsDigest)
  if (recorded?.step !== step) return [contradiction(`the question of entry ${seq} is none that was recorded`)]
  const { text, who, kind } = recorded
  return sameJson([text, who, kind], [told.text, told.who, told.question ?? 'approve'])
    ? []
    : [contradiction(`the question of entry ${seq} was recorded in other words`)]
}

function checkVote(
  ballot: BallotLookup,
  { seq, vote, counted, record: named }: RunEntry & { kind: 'vote' },
): Finding[] {
  const record = ballot.record(vote)
  // Nobody records a vote that nobody could check.
  if (record === undefined && !counted && named === undefined) return []
  if (record === undefined && ballot.hasWords(vote))
    return [contradiction(`the vote of entry ${seq} was recorded with another signature`)]
  if (record === undefined) return [gap(`the vote of entry ${seq} was not recorded when it was given`)]
  if (named !== undefined && named !== jsonDigest(record))
    return [contradiction(`the record of the vote of entry ${seq} is not the one that the run was told of`)]
  return record.verdict.counted || !counted
    ? []
    : [contradiction(`the vote of entry ${seq} was recorded as one that does not count`)]
}
