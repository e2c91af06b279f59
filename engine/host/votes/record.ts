import { ApplicationFailure } from '@temporalio/common'
import { furtherName, questionDigest, questionName, voteName } from '../../../evidence/ballot.ts'
import type { Ballot } from '../../../evidence/ballot.ts'
import { jsonBytes, sameJson } from '../../../evidence/digest.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { QuestionRequest, TriggerCheck, VoteRecord, VoteVerdict } from '../../../schemas/run.ts'
import type { Host } from '../host.ts'
import { askedAt } from './asked.ts'

/**
 * Records a vote with its verdict, once; without a record it does not count. The same vote, delivered again, has the verdict that it
 * had; another one with its nonce has none.
 */
export async function recordVote(store: EvidenceStore, { votes }: Ballot, record: VoteRecord): Promise<VoteVerdict> {
  const { signed } = record
  const before = votes.find((other) => voteName(other.signed) === voteName(signed))
  if (before !== undefined) return before.verdict.counted ? record.verdict : before.verdict
  const used = votes.some((other) => other.signed.vote.nonce === signed.vote.nonce)
  const verdict = used ? { counted: false, why: 'the nonce of this vote was used by another' } : record.verdict
  await store.putOnce(signed.vote.runId, voteName(signed), jsonBytes({ ...record, verdict }))
  return verdict
}

/** Records a question before anybody may answer it, and answers with the digest that votes on it carry. It must be the Plan's. */
export async function recordQuestion(
  { admission: signed, question }: QuestionRequest,
  host: Pick<Host, 'keys' | 'plans' | 'store' | 'catalogue' | 'contracts'>,
): Promise<string> {
  const { admission } = signed
  const plan = host.keys.admitted(signed) ? await host.plans.find(admission.planDigest) : undefined
  const rules = (question.overridable ?? []).map(({ rule }) => rule)
  const about = { step: question.step, kind: question.kind, rules }
  const asked = plan === undefined ? undefined : askedAt({ plan, trigger: admission.trigger }, about, host)
  const ours = question.runId === admission.runId && question.planDigest === admission.planDigest
  if (asked === undefined || !ours || !sameJson([...asked.who].sort(), [...question.who].sort()))
    throw ApplicationFailure.nonRetryable(
      `the admitted Plan asks nothing like this at \`${question.step}\``,
      'NotAdmitted',
    )
  await host.store.putOnce(question.runId, questionName(question), jsonBytes(question))
  return questionDigest(question)
}

/** Whether a further start was admitted here for this very workflow; recorded, so that who asked is excluded from the votes. */
export async function checkTrigger(
  { admission, further }: TriggerCheck,
  { keys, store }: Pick<Host, 'keys' | 'store'>,
): Promise<boolean> {
  const { runId, workflowId } = admission.admission
  if (!keys.admitted(admission) || !keys.admitted(further) || further.admission.workflowId !== workflowId) return false
  await store.putOnce(runId, furtherName(further), jsonBytes(further))
  return true
}
