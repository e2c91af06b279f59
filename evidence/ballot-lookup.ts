import type { QuestionRecord, SignedAdmission, SignedVote, VoteRecord } from '../schemas/run.ts'
import { ballotIn, isOfBallot, questionDigest, voteName } from './ballot.ts'
import { jsonDigest } from './digest.ts'
import type { RunRecord } from './record.ts'

/** What is asked of a run's ballot again and again: each answer takes the same time, however many have voted. */
export interface BallotLookup {
  /** As they were recorded, oldest first. */
  readonly questions: readonly QuestionRecord[]
  /** The starts that were merged into the run. */
  readonly further: readonly SignedAdmission[]
  /** The question that votes name by this digest. */
  question(digest: string): QuestionRecord | undefined
  /** What was recorded of just this vote. */
  record(vote: SignedVote): VoteRecord | undefined
  /** Whether a vote of the same words was recorded, whoever has signed it there. */
  hasWords(vote: SignedVote): boolean
}

/** Many ask for the ballot of one intake, which never changes. */
const read = new WeakMap<RunRecord['intake'], BallotLookup>()

/** Reads the ballot of a run's intake once; throws where a record of it cannot be read. */
export function lookThroughBallot({ intake }: Pick<RunRecord, 'intake'>): BallotLookup {
  const ballot = read.get(intake) ?? readThrough(intake)
  read.set(intake, ballot)
  return ballot
}

function readThrough(intake: RunRecord['intake']): BallotLookup {
  const { questions, votes, further } = ballotIn(new Map([...intake].filter(([name]) => isOfBallot(name))))
  const byDigest = new Map(questions.map((question) => [questionDigest(question), question]))
  const byName = new Map(votes.map((record) => [voteName(record.signed), record]))
  const words = new Set(votes.map(({ signed }) => jsonDigest(signed.vote)))
  return {
    questions,
    further,
    question: (digest) => byDigest.get(digest),
    record: (vote) => byName.get(voteName(vote)),
    hasWords: ({ vote }) => words.has(jsonDigest(vote)),
  }
}
