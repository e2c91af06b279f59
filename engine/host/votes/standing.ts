import { newestQuestion, questionDigest, readBallot, voteName } from '../../../evidence/ballot.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { Plan } from '../../../schemas/plan.ts'
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
 * Those among some votes against which no record speaks: not one that was recorded as not counted, or not at all before its question
 * was over, not one on another question than the newest of its instance or for an option that it did not offer, and no approval of
 * what somebody entitled has rejected.
 */
export function standingVotes(
  recorded: RunVotes,
  votes: readonly SignedVote[],
  { planVersion }: Pick<Plan, 'planVersion'>,
): SignedVote[] {
  return votes.filter(
    (signed) =>
      !isRefused(recorded, signed) && isOnNewest(recorded, signed, planVersion) && !isRejected(recorded, signed),
  )
}

/** Once a question is over, only its records show who answered in time. */
function isRefused({ votes, questions }: RunVotes, signed: SignedVote): boolean {
  const record = votes.find((one) => voteName(one.signed) === voteName(signed))
  if (record !== undefined) return !record.verdict.counted
  const question = questions.find((one) => questionDigest(one) === signed.vote.factsDigest)
  return question !== undefined && Date.parse(question.until) <= Date.now()
}

/** Runs of the first form of Plans recorded no questions: there, the newest one is that on which somebody has voted last. */
function isOnNewest(recorded: RunVotes, { vote }: SignedVote, planVersion: Plan['planVersion']): boolean {
  // What overrides one rule stands until its own end, also while people are asked about the next.
  if (vote.decision === 'override') return isOnAny(recorded, vote)
  const newest = newestQuestion(recorded, vote.step)
  if (newest !== undefined) return vote.factsDigest === questionDigest(newest) && isOffered(newest, vote)
  if (planVersion > 1) return false
  const last = recorded.votes.findLast((record) => record.signed.vote.step === vote.step)
  return last === undefined || last.signed.vote.factsDigest === vote.factsDigest
}

function isOnAny({ questions }: RunVotes, { step, factsDigest }: Vote): boolean {
  return questions.some(
    (question) => question.kind === 'override' && question.step === step && questionDigest(question) === factsDigest,
  )
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
