import type { Operand } from '../../schemas/plan.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Denial, SignedVote, Vote, VoteVerdict } from '../../schemas/run.ts'
import { denied } from './denied.ts'
import { readableText } from './operand.ts'
import { Elsewhere } from './ports.ts'
import type { Poll, Question } from './ports.ts'
import type { Ended, Run } from './run.ts'
import { readingOf, scopeOf } from './seen.ts'
import { askedBefore } from './wait.ts'
import type { Asked } from './wait.ts'
import { Watch } from './watch.ts'

/** A question, and when it is answered. */
export interface Asking extends Omit<Question, 'time' | 'until'> {
  /** What people are asked to override. */
  readonly denied?: Denial
  /** How the counted answers so far end it, if they do. */
  readonly settled: (answers: readonly SignedVote[]) => Ended | undefined
  readonly overdue: Ended
}

/** How a question ended, and the answers that were counted. */
export interface Answered {
  readonly ended: Ended
  readonly answers: readonly SignedVote[]
}

/** Asks people, and waits until their answers settle it, somebody rejects, or the time is over. */
export async function askPeople(run: Run, asking: Asking): Promise<Answered> {
  const before = askedBefore(run, asking.step)
  const { poll, wait } = before === undefined ? await openPoll(run, asking) : openStill(run, asking.step, before)
  try {
    const ended = await collect(run, asking, { poll, wait })
    close(run, asking.step, poll)
    return { ended, answers: wait.answers }
  } catch (error) {
    // The question stays open, and people may answer it all the time.
    if (!(error instanceof Elsewhere)) close(run, asking.step, poll)
    throw error
  }
}

interface Open {
  readonly poll: Poll
  readonly wait: Asked
}

async function openPoll(run: Run, asking: Asking): Promise<Open> {
  const { settled: _settled, overdue: _overdue, denied: about, ...asked } = asking
  const { step, kind, text, who, facts, withinMs, choices, overridable } = asked
  const time = (run.whole.asked.get(step) ?? 0) + 1
  run.whole.asked.set(step, time)
  const until = run.ports.clock.nowMs() + withinMs
  const poll = await run.ports.ask({ ...asked, time, until })
  const question = kind === undefined || kind === 'approve' ? {} : { question: kind }
  run.ledger.enter({ kind: 'asked', step, text, who, factsDigest: poll.factsDigest, ...question })
  const offered = choices === undefined ? {} : { choices }
  run.ledger.asks({
    ...{ step, kind: kind ?? 'approve', text, who, facts, factsDigest: poll.factsDigest, ...offered },
    until: new Date(until).toISOString(),
    ...(overridable === undefined ? {} : { overridable }),
  })
  const looked = run.ports.clock.nowMs()
  const wait: Asked = {
    ...{ kind: 'question', time, until, looked, answers: [], ...offered },
    ...(about === undefined ? {} : { denied: about }),
  }
  run.waits.set(step, wait)
  return { poll, wait }
}

function openStill(run: Run, step: string, wait: Asked): Open {
  const poll = run.ports.askedBefore?.({ step, time: wait.time })
  if (poll === undefined) throw new Error(`nothing is left of what \`${step}\` has asked`)
  return { poll, wait }
}

function close(run: Run, step: string, poll: Poll): void {
  poll.close()
  run.waits.delete(step)
  run.ledger.answered(step)
}

async function collect(run: Run, asking: Asking, { poll, wait }: Open): Promise<Ended> {
  const watch = new Watch(run, { step: asking.step, wait, withinMs: asking.withinMs })
  for (;;) {
    const answer = await watch.answer(poll)
    if (answer === undefined) return asking.overdue
    if ('by' in answer) return denied(answer)
    const verdict = answer.verdict.counted ? countedIn(run, answer.vote, wait) : answer.verdict
    const recorded = answer.record === undefined ? {} : { record: answer.record }
    run.ledger.enter({ kind: 'vote', step: asking.step, vote: answer.vote, ...verdict, ...recorded })
    if (!verdict.counted) continue
    const { by, decision, reason } = answer.vote.vote
    if (decision === 'reject')
      return { result: 'denied', detail: `rejected by ${by.user}${reason === undefined ? '' : `: ${reason}`}` }
    wait.answers.push(answer.vote)
    run.whole.votes = [...run.whole.votes, answer.vote]
    const ended = asking.settled(wait.answers)
    if (ended !== undefined) return ended
  }
}

function countedIn({ ports }: Run, vote: SignedVote, { answers }: Asked): VoteVerdict {
  return besideOthers(vote, answers.map(seatOf), (change) => ports.knows?.(change) ?? true)
}

/** Who has answered a question, as whom. */
export interface Seat {
  readonly user: string
  readonly role: string
}

/** The seat that a vote takes. */
export function seatOf({ vote }: SignedVote): Seat {
  return { user: vote.by.user, role: vote.role }
}

/** Runs that were under way before a rejection counted in every role are replayed as they were. */
const REJECTED_IN_ANY_ROLE = 'rejected-in-any-role'

/**
 * What a vote that is good by itself comes to beside those that were counted: one person answers for one role only, and rejects in any.
 * The run and whoever records or answers a vote ask here, so that a person is told what counts.
 */
export function besideOthers(
  { vote }: SignedVote,
  taken: readonly Seat[],
  knows: (change: string) => boolean = () => true,
): VoteVerdict {
  const before = taken.find(({ user, role }) => user === vote.by.user && role !== vote.role)
  if (before === undefined || (vote.decision === 'reject' && knows(REJECTED_IN_ANY_ROLE))) return { counted: true }
  return { counted: false, why: alreadyAs(before.role, vote) }
}

function alreadyAs(before: string, { by, role, decision }: Vote): string {
  const next = decision === 'reject' ? `reject as ${before}` : `somebody else answers as ${role}`
  return `${by.user} has already answered as ${before}, and one person answers for one role: ${next}`
}

/** Who answers for every role that is asked, one person for each time that it is named; undefined while somebody is missing. */
export function seated(who: readonly string[], answers: readonly SignedVote[]): string[] | undefined {
  const people = new Map(answers.map(({ vote }) => [vote.by.user, vote.role]))
  const missing = who.some((role) => {
    const needed = who.filter((other) => other === role).length
    return [...people.values()].filter((other) => other === role).length < needed
  })
  return missing ? undefined : [...people.keys()]
}

/** The text of a question as people read it. */
export function questionText(run: Run, operand: Operand): string {
  const looked = readableText(operand, scopeOf(run))
  return 'text' in looked ? looked.text : looked.unknown
}

/** The facts that a question shows, as they were read last. */
export function shownFacts(run: Run, names: readonly string[]): Record<string, FactRecord> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const reading = readingOf(run, name)
      return reading === undefined ? [] : [[name, reading.record] as const]
    }),
  )
}
