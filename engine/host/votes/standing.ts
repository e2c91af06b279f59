import { newestQuestion, questionDigest, readBallot, voteName } from '../../../evidence/ballot.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { QuestionRecord, SignedVote, Trigger, Vote, VoteRecord } from '../../../schemas/run.ts'

/** What this installation has recorded of the votes of a run: what a door may know without believing the workflow. */
export interface RunVotes {
  readonly votes: readonly VoteRecord[]
  readonly questions: readonly QuestionRecord[]
  /** Of everybody whose start was merged into the run. */
  readonly triggers: readonly Trigger[]
}

/** The recorded votes, questions and further triggers of a run; throws where a record cannot be read. */
export async function votesOf(store: EvidenceStore, runId: string): Promise<RunVotes> {
  const { votes, questions, further } = await readBallot(store, runId)
  return { votes, questions, triggers: further.map(({ admission }) => admission.trigger) }
}

/**
 * Those among some votes against which no record speaks: not one that was recorded as not counted, not one on an earlier question
 * of its instance or for an option that it did not offer, and no approval of what somebody entitled has rejected.
 */
export function standingVotes(recorded: RunVotes, votes: readonly SignedVote[]): SignedVote[] {
  return votes.filter(
    (signed) => !isRefused(recorded, signed) && isOnNewest(recorded, signed) && !isRejected(recorded, signed),
  )
}

function isRefused({ votes }: RunVotes, signed: SignedVote): boolean {
  return votes.some((record) => !record.verdict.counted && voteName(record.signed) === voteName(signed))
}

/** Of an instance whose questions were not recorded, the newest one is that on which somebody has voted last. */
function isOnNewest(recorded: RunVotes, { vote }: SignedVote): boolean {
  const newest = newestQuestion(recorded, vote.step)
  if (newest !== undefined) return vote.factsDigest === questionDigest(newest) && isOffered(newest, vote)
  const last = recorded.votes.findLast((record) => record.signed.vote.step === vote.step)
  return last === undefined || last.signed.vote.factsDigest === vote.factsDigest
}

/** Options that the rules deny are not offered (G22): nobody can choose one. */
export function isOffered({ choices }: Pick<QuestionRecord, 'choices'>, { decision, option = '' }: Vote): boolean {
  return decision !== 'choose' || choices === undefined || choices.includes(option)
}

function isRejected({ votes }: RunVotes, { vote }: SignedVote): boolean {
  return votes.some(
    ({ signed, verdict }) =>
      verdict.counted &&
      signed.vote.decision === 'reject' &&
      signed.vote.step === vote.step &&
      signed.vote.factsDigest === vote.factsDigest,
  )
}
