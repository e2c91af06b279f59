import type { RunEntry } from '../schemas/run.ts'
import { ballotIn, isOfBallot, questionDigest, voteName } from './ballot.ts'
import type { Ballot } from './ballot.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import type { RunRecord } from './record.ts'

/** Holds what the run tells of questions and votes against what the worker recorded of them before the run learned of it. */
export function checkBallot({ intake, entries, plan }: RunRecord): Finding[] {
  const ballot = readable(intake)
  if (ballot === undefined) return [contradiction('a record of a question, a vote or a further start cannot be read')]
  return entries.flatMap((entry) => {
    // Runs of the first form of Plans recorded no questions at first.
    const unrecorded = plan.planVersion === 1 && ballot.questions.length === 0
    if (entry.kind === 'asked') return unrecorded ? [] : checkQuestion(ballot, entry)
    return entry.kind === 'vote' && entry.counted ? checkVote(ballot, entry) : []
  })
}

function readable(intake: ReadonlyMap<string, Buffer>): Ballot | undefined {
  try {
    return ballotIn(new Map([...intake].filter(([name]) => isOfBallot(name))))
  } catch {
    return undefined
  }
}

function checkQuestion({ questions }: Ballot, { seq, step, factsDigest }: RunEntry & { kind: 'asked' }): Finding[] {
  const recorded = questions.some((question) => question.step === step && questionDigest(question) === factsDigest)
  return recorded ? [] : [contradiction(`the question of entry ${seq} is none that was recorded`)]
}

function checkVote({ votes }: Ballot, { seq, vote }: RunEntry & { kind: 'vote' }): Finding[] {
  const record = votes.find(({ signed }) => voteName(signed) === voteName(vote))
  if (record === undefined) return [gap(`the vote of entry ${seq} was not recorded when it was given`)]
  return record.verdict.counted
    ? []
    : [contradiction(`the vote of entry ${seq} was recorded as one that does not count`)]
}
