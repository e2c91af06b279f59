import type { Vote } from '../schemas/run.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { sameJson } from './digest.ts'
import { pollOf } from './poll.ts'
import type { Poll, VoteEntry } from './poll.ts'
import type { RunRecord } from './record.ts'
import type { AllowedSigners } from './ssh/allowed-signers.ts'
import { takenBy } from './taken.ts'
import type { Taken } from './taken.ts'
import { keysOf } from './verify-admission.ts'
import type { AdmissionTrust } from './verify-admission.ts'
import { voterOf } from './voter.ts'

/**
 * Every vote that counted is for this run, this Plan and the question that was asked; it was taken by the installation, and where a
 * person has signed it, by one whom the list of signers names. Says who approved what.
 */
export function checkApprovals(run: RunRecord, trust: AdmissionTrust, signers: AllowedSigners | undefined): Check[] {
  const counted = run.entries.filter((entry): entry is VoteEntry => entry.kind === 'vote' && entry.counted)
  if (!run.entries.some(({ kind }) => kind === 'vote')) return checked('approvals', noneCounted(run), [])
  if (counted.length > MOST_VOTES) return checked('approvals', '', [TOO_MANY])
  const poll = pollOf(run)
  const out = keptOut(run, poll)
  if (counted.length === 0 && out.length === 0) return checked('approvals', noneCounted(run), [])
  const held = counted.flatMap((entry) => {
    const whose = { taken: takenBy(keysOf(trust), entry.vote), signers }
    const why = fallenBy(poll, entry, whose)
    const text = `the vote of entry ${entry.seq}, on \`${entry.step}\`, does not stand: ${why}`
    return checked('approvals', toldOf(entry, whose), why === undefined ? [] : [{ code: 'EV0504', text }])
  })
  return [...held, ...out]
}

/** No run has asked so many people; a stranger's bundle keeps a verifier busy with their signatures no longer than that. */
const MOST_VOTES = 10_000

const TOO_MANY: Problem = { code: 'EV0103', text: `there are more than ${MOST_VOTES} votes that counted` }

function noneCounted({ entries }: RunRecord): string {
  return entries.some(({ kind }) => kind === 'asked') ? 'nobody has given one that counted' : 'none was asked for'
}

/** A worker had let these count, and the run did not: it may, where somebody has answered for another role; a reader hears of it. */
function keptOut({ entries }: RunRecord, poll: Poll): Check[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'vote' || entry.counted || poll.ballot().record(entry.vote)?.verdict.counted !== true) return []
    const { by } = entry.vote.vote
    const why = entry.why === undefined ? '' : `: ${entry.why}`
    return checked('approvals', `the run did not count the vote of ${by.user} on \`${entry.step}\`${why}`, [])
  })
}

/** What is known of whose vote it is: how much of it the installation has signed, and whose signatures count. */
interface Held {
  readonly taken: Taken | undefined
  readonly signers: AllowedSigners | undefined
}

function fallenBy(poll: Poll, entry: VoteEntry, { taken, signers }: Held): string | undefined {
  if (taken === undefined) return 'the installation has not taken it'
  return (
    elsewhere(poll, entry) ?? late(poll, entry) ?? notBy(poll, entry, signers) ?? byRequester(poll, entry.vote.vote)
  )
}

function elsewhere(poll: Poll, entry: VoteEntry): string | undefined {
  const { runId, planDigest } = poll.admission
  const { vote } = entry.vote
  const bound = [runId, planDigest, entry.step, poll.askedBefore(entry)]
  return sameJson([vote.runId, vote.planDigest, vote.step, vote.factsDigest], bound)
    ? undefined
    : 'it is for another run, Plan or question'
}

/** When it came the question was open, and when it was taken the vote was in force. */
function late(poll: Poll, entry: VoteEntry): string | undefined {
  const { vote } = entry.vote
  const question = poll.ballot().question(vote.factsDigest)
  if (vote.decision === 'override' && vote.expiresAt === undefined) return 'an override says when it ends'
  const isOver = question !== undefined && cameAt(poll, entry).some((at) => !(at <= Date.parse(question.until)))
  const isExpired = vote.expiresAt !== undefined && Date.parse(vote.expiresAt) < takenAt(poll, entry).getTime()
  return isOver || isExpired ? 'it came too late' : undefined
}

/**
 * A worker may have got to it later: where it has recorded when the run received it, that and what the history says of it. Where it has
 * not, when it was taken.
 */
function cameAt(poll: Poll, entry: VoteEntry): number[] {
  const received = poll.ballot().record(entry.vote)?.receivedAt
  if (received === undefined) return [takenAt(poll, entry).getTime()]
  return [Date.parse(received), poll.received()(entry.vote)?.getTime() ?? NaN]
}

/** By the clock of the worker that recorded it; where none has, by that of the run. */
function takenAt(poll: Poll, { vote, at }: VoteEntry): Date {
  return new Date(poll.ballot().record(vote)?.at ?? at)
}

function notBy(poll: Poll, entry: VoteEntry, signers: AllowedSigners | undefined): string | undefined {
  const { vote, ssh } = entry.vote
  if (ssh === undefined && vote.by.assurance === 'self-asserted')
    return vote.decision === 'override' ? 'only a signed vote overrides a rule' : undefined
  const voter = voterOf(entry.vote, signers, takenAt(poll, entry))
  return 'nobody' in voter ? voter.nobody : undefined
}

/** A second person is another than whoever asked for the run, or for a start that was merged into it. */
function byRequester(poll: Poll, { by, login, decision }: Vote): string | undefined {
  if (decision === 'reject') return undefined
  const same = poll.firstRequester([by.user, login?.user])
  return same === undefined ? undefined : `${same} asked for this run`
}

function toldOf({ step, at, vote: signed }: VoteEntry, held: Held): string {
  const { vote } = signed
  const reason = vote.reason === undefined ? '' : `: ${vote.reason}`
  return `${whoOf(signed, held)} ${didOf(vote)} \`${step}\` as ${vote.role}, ${at}${reason}`
}

function whoOf(signed: VoteEntry['vote'], { taken, signers }: Held): string {
  const { by } = signed.vote
  const voter = voterOf(signed, undefined, new Date(0))
  if ('nobody' in voter) return `${by.user}@${by.host} (self-asserted)`
  const vouched = signers === undefined ? `, ${vouchingOf(taken)}` : ''
  return `${voter.principal} (signed with ${voter.fingerprint}${vouched})`
}

/** Of a vote whose words alone were taken, the installation has not said with which key it was signed. */
function vouchingOf(taken: Taken | undefined): string {
  return taken === 'words'
    ? 'of which nobody here knows whose key it is: ask allowed_signers'
    : 'for whom the installation vouches'
}

function didOf({ decision, option, overrides, expiresAt }: Vote): string {
  switch (decision) {
    case 'approve':
      return 'approved'
    case 'reject':
      return 'rejected'
    case 'choose':
      return `answered ${JSON.stringify(option)} to`
    case 'override': {
      const item = overrides?.item === undefined ? '' : ` (${overrides.item})`
      return `overrode ${overrides?.rule}${item} until ${expiresAt} at`
    }
  }
}
