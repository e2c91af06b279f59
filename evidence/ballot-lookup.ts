import type { QuestionRecord, SignedVote, VoteRecord } from '../schemas/run.ts'
import { ballotIn, isOfBallot, questionDigest, voteName } from './ballot.ts'
import type { RunRecord } from './record.ts'

/** What is asked of a run's ballot again and again: each answer takes the same time, however many have voted. */
export interface BallotLookup {
  /** Whether any question was recorded. */
  readonly hasQuestions: boolean
  /** The question that votes name by this digest. */
  question(digest: string): QuestionRecord | undefined
  /** What was recorded of just this vote. */
  record(vote: SignedVote): VoteRecord | undefined
}

/** Reads the ballot of a run's intake once; throws where a record of it cannot be read. */
export function lookThroughBallot({ intake }: Pick<RunRecord, 'intake'>): BallotLookup {
  const { questions, votes } = ballotIn(new Map([...intake].filter(([name]) => isOfBallot(name))))
  const byDigest = new Map(questions.map((question) => [questionDigest(question), question]))
  const byName = new Map(votes.map((record) => [voteName(record.signed), record]))
  return {
    hasQuestions: questions.length > 0,
    question: (digest) => byDigest.get(digest),
    record: (vote) => byName.get(voteName(vote)),
  }
}
