import { newestQuestion, questionDigest, readBallot } from '../../../evidence/ballot.ts'
import type { Ballot } from '../../../evidence/ballot.ts'
import type { CheckedVote, QuestionRecord, Vote, VoteCheck, VoteVerdict } from '../../../schemas/run.ts'
import type { Host } from '../host.ts'
import { askedAt, fits } from './asked.ts'
import type { Asked, Asking } from './asked.ts'
import { voteCounts } from './counts.ts'
import { receivedAt } from './received.ts'
import { recordVote } from './record.ts'
import { requestersOf } from './requesters.ts'
import { isOffered } from './standing.ts'

/** What checking a vote needs of the host. */
export type Poll = Pick<Host, 'keys' | 'config' | 'plans' | 'store' | 'catalogue' | 'contracts'>

/**
 * Checks a vote on an open question of a run, against the admitted Plan, the question as it was recorded, and everyone who asked for
 * the run; and records it with the verdict, before the run learns of it.
 */
export async function checkVote(check: VoteCheck, host: Poll): Promise<CheckedVote> {
  const { admission: signed, vote } = check
  const { admission } = signed
  const plan = host.keys.admitted(signed) ? await host.plans.find(admission.planDigest) : undefined
  if (plan === undefined || !host.keys.taken(vote) || vote.vote.runId !== admission.runId)
    return no('this vote was not taken by this installation, or not for this run')
  const ballot = await readBallot(host.store, admission.runId)
  const at = new Date().toISOString()
  const received = receivedAt(check)
  const asking = { plan, trigger: admission.trigger }
  const verdict = judge(check, { asking, ballot, host, received: new Date(received ?? at) })
  const about = received === undefined ? {} : { receivedAt: received }
  return recordVote(host.store, ballot, { signed: vote, verdict, at, ...about })
}

function no(why: string): VoteVerdict {
  return { counted: false, why }
}

interface Held {
  readonly asking: Asking
  readonly ballot: Ballot
  readonly host: Poll
  /** A worker that is busy looks at a vote later: what counts is when it came. */
  readonly received: Date
}

function judge(
  { admission: { admission }, vote: signed, triggers }: VoteCheck,
  { asking, ballot, host, received }: Held,
): VoteVerdict {
  const { vote } = signed
  const question = newestQuestion(ballot, vote.step)
  if (question === undefined && asking.plan.planVersion > 1) return no('nobody has recorded this question')
  const stale = question === undefined ? undefined : staleOn(question, vote, received)
  if (stale !== undefined) return no(stale)
  const asked = askedAt(asking, { step: vote.step, ...aboutOf(vote, question) }, host)
  if (asked === undefined) return no('the admitted Plan has no such question')
  if (!fits(vote, asked)) return no(`this is no answer to a question of the kind \`${asked.kind}\``)
  const further = ballot.further.map((one) => one.admission.trigger)
  const requesters = requestersOf([admission.trigger, ...unrecorded(asking.plan, triggers), ...further])
  const { runId, planDigest } = admission
  return voteCounts(host, signed, { runId, planDigest, who: rolesFor(vote, { asking, asked, host }), requesters })
}

/**
 * Every start that a run takes is on record first: one that only whoever asks here tells of takes nobody's vote away. Runs of the first
 * form of Plans recorded none at first, and are believed.
 */
function unrecorded({ planVersion }: Asking['plan'], triggers: VoteCheck['triggers']): VoteCheck['triggers'] {
  return planVersion > 1 ? [] : triggers
}

/** An answer to an earlier question, on other facts, of an option that it did not offer, or after the end never counts. */
function staleOn(question: QuestionRecord, vote: Vote, received: Date): string | undefined {
  if (vote.factsDigest !== questionDigest(question))
    return 'the facts that this vote was given on are not those that are shown now'
  if (!isOffered(question, vote)) return `\`${vote.option ?? ''}\` is not offered: the rules deny what it asks for`
  return Date.parse(question.until) > received.getTime() ? undefined : `the question was open until ${question.until}`
}

function aboutOf(
  { overrides }: Vote,
  question: QuestionRecord | undefined,
): { kind: Asked['kind'] | undefined; rules: string[] } {
  const offered = question?.overridable?.map(({ rule }) => rule)
  return { kind: question?.kind, rules: offered ?? (overrides === undefined ? [] : [overrides.rule]) }
}

/** An override needs the role of the very rule that it names. */
function rolesFor(
  { decision, overrides, step }: Vote,
  { asking, asked, host }: { asking: Asking; asked: Asked; host: Poll },
): readonly string[] {
  if (decision !== 'override') return asked.who
  return askedAt(asking, { step, kind: 'override', rules: [overrides?.rule ?? ''] }, host)?.who ?? []
}
