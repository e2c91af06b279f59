import { ApplicationFailure } from '@temporalio/common'
import { questionDigest, questionName, readBallot, voteName } from '../../../evidence/ballot.ts'
import type { Ballot } from '../../../evidence/ballot.ts'
import { jsonBytes, jsonDigest, sameJson } from '../../../evidence/digest.ts'
import { EvidenceConflict } from '../../../evidence/errors.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type {
  CheckedVote,
  QuestionRecord,
  QuestionRequest,
  SignedAdmission,
  SignedVote,
  VoteRecord,
  VoteVerdict,
} from '../../../schemas/run.ts'
import { besideOthers, seatOf } from '../../core/question.ts'
import { locate } from '../door/instance.ts'
import type { Host } from '../host.ts'
import { askedAt } from './asked.ts'
import { mayNotOffer } from './judged-options.ts'
import { mayRead } from './words.ts'

/**
 * Records a vote with its verdict, once; without a record it does not count. The same vote, delivered again, has the verdict that it
 * had; another one with the nonce of one that counts has none.
 */
export async function recordVote(store: EvidenceStore, { votes }: Ballot, record: VoteRecord): Promise<CheckedVote> {
  const { signed } = record
  const before = votes.find((other) => voteName(other.signed) === voteName(signed))
  if (before !== undefined) return told(before.verdict.counted ? record.verdict : before.verdict, before)
  const counted = votes.filter(({ verdict }) => verdict.counted).map((other) => other.signed)
  const verdict = record.verdict.counted ? await beside(store, counted, signed) : record.verdict
  await store.putOnce(signed.vote.runId, voteName(signed), jsonBytes({ ...record, verdict }))
  return told(verdict, { ...record, verdict })
}

/** The run learns of the very record that there is: nobody changes it afterwards unseen. */
function told(verdict: VoteVerdict, record: VoteRecord): CheckedVote {
  return { ...verdict, record: jsonDigest(record) }
}

async function beside(store: EvidenceStore, counted: readonly SignedVote[], signed: SignedVote): Promise<VoteVerdict> {
  const { step, factsDigest } = signed.vote
  const same = counted.filter(({ vote }) => vote.step === step && vote.factsDigest === factsDigest)
  const verdict = besideOthers(signed, same.map(seatOf))
  if (!verdict.counted || !(await isUsed(store, counted, signed))) return verdict
  return { counted: false, why: 'the nonce of this vote was used by another' }
}

/**
 * Only a vote that counts uses its nonce up: whoever has seen a draft could hand it in badly signed, and keep the real one out. Of two
 * that are checked at once, the store lets one have it.
 */
async function isUsed(store: EvidenceStore, counted: readonly SignedVote[], signed: SignedVote): Promise<boolean> {
  const { runId, nonce } = signed.vote
  if (counted.some(({ vote }) => vote.nonce === nonce)) return true
  const { record } = await store.claimOccurrence(`nonce|${runId}|${nonce}`, { vote: voteName(signed) })
  return (record as { readonly vote?: unknown } | null)?.vote !== voteName(signed)
}

/**
 * Records a question before anybody may answer it, and answers with the digest that votes on it carry. It must be the Plan's, in its
 * words, and offer nothing that the rules deny (G22): the workflow is not believed about it (G25).
 */
export async function recordQuestion({ admission, question }: QuestionRequest, host: Recorder): Promise<string> {
  const why = await mayNotAsk(admission, question, host)
  if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'NotAdmitted')
  return questionDigest(await standing(question, host.store))
}

/**
 * A worker that died before Temporal learned of its record has left one of the same question, which another end has: it stands, and
 * nobody was asked yet.
 */
async function standing(question: QuestionRecord, store: EvidenceStore): Promise<QuestionRecord> {
  const name = questionName(question)
  try {
    await store.putOnce(question.runId, name, jsonBytes(question))
    return question
  } catch (error) {
    if (!(error instanceof EvidenceConflict)) throw error
    const there = (await readBallot(store, question.runId)).questions.find((other) => questionName(other) === name)
    if (there === undefined || !sameJson({ ...there, until: question.until }, question)) throw error
    return there
  }
}

type Recorder = Pick<Host, 'keys' | 'plans' | 'store' | 'catalogue' | 'contracts'>

async function mayNotAsk(
  signed: SignedAdmission,
  question: QuestionRecord,
  host: Recorder,
): Promise<string | undefined> {
  const { admission } = signed
  const nothing = `the admitted Plan asks nothing like this at \`${question.step}\``
  const plan = host.keys.admitted(signed) ? await host.plans.find(admission.planDigest) : undefined
  const ours = question.runId === admission.runId && question.planDigest === admission.planDigest
  if (plan === undefined || !ours) return nothing
  const rules = (question.overridable ?? []).map(({ rule }) => rule)
  const about = { step: question.step, kind: question.kind, rules }
  const asked = askedAt({ plan, trigger: admission.trigger }, about, host)
  if (asked === undefined || !sameJson([...asked.who].sort(), [...question.who].sort())) return nothing
  const step = locate(plan, question.step)?.instance.step
  if (step?.kind !== 'ask' && step?.kind !== 'approve') return undefined
  if (!mayRead(step.text, question.text)) return `${nothing}: it has other words for it`
  return step.kind === 'ask' ? mayNotOffer(question, step, host.store) : undefined
}
