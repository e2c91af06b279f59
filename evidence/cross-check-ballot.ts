import type { RunEntry } from '../schemas/run.ts'
import { lookThroughBallot } from './ballot-lookup.ts'
import type { BallotLookup } from './ballot-lookup.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import type { RunRecord } from './record.ts'

/** Holds what the run tells of questions and votes against what the worker recorded of them before the run learned of it. */
export function checkBallot(run: RunRecord): Finding[] {
  const ballot = readable(run)
  if (ballot === undefined) return [contradiction('a record of a question, a vote or a further start cannot be read')]
  return run.entries.flatMap((entry) => {
    // Runs of the first form of Plans recorded no questions at first.
    const unrecorded = run.plan.planVersion === 1 && !ballot.hasQuestions
    if (entry.kind === 'asked') return unrecorded ? [] : checkQuestion(ballot, entry)
    return entry.kind === 'vote' && entry.counted ? checkVote(ballot, entry) : []
  })
}

function readable(run: RunRecord): BallotLookup | undefined {
  try {
    return lookThroughBallot(run)
  } catch {
    return undefined
  }
}

function checkQuestion(ballot: BallotLookup, { seq, step, factsDigest }: RunEntry & { kind: 'asked' }): Finding[] {
  const isRecorded = ballot.question(factsDigest)?.step === step
  return isRecorded ? [] : [contradiction(`the question of entry ${seq} is none that was recorded`)]
}

function checkVote(ballot: BallotLookup, { seq, vote }: RunEntry & { kind: 'vote' }): Finding[] {
  const record = ballot.record(vote)
  if (record === undefined) return [gap(`the vote of entry ${seq} was not recorded when it was given`)]
  return record.verdict.counted
    ? []
    : [contradiction(`the vote of entry ${seq} was recorded as one that does not count`)]
}
