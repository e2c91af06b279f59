import type { SignedVote, Vote } from '../../schemas/vote.ts'
import type { Answer, Poll, Question } from '../core/ports.ts'
import { siteOf } from '../core/rules.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How long a rehearsed vote counts. */
const VOTE_MS = 60 * 60_000

interface Asked {
  readonly answers: Readonly<Record<string, string>>
  readonly clock: VirtualClock
  readonly runId: string
}

/** Opens a question: who is asked answers at once, as the scenario says, and otherwise nobody does. */
export function askHere(question: Question, { answers, clock, runId }: Asked): Poll {
  const answer = answers[question.step] ?? answers[siteOf(question.step)] ?? 'timed-out'
  const votes = votesOn(question, answer, clock.nowMs())
  const until = clock.nowMs() + question.withinMs
  const factsDigest = `rehearsal:${question.step}:${question.time}`
  return {
    factsDigest,
    next: async (withinMs = question.withinMs) => {
      const vote = votes.shift()
      if (vote !== undefined) return given({ ...vote, runId, factsDigest, step: question.step }, clock)
      await clock.sleep(Math.min(withinMs, until - clock.nowMs()))
      return undefined
    },
    close: () => undefined,
  }
}

type Said = Pick<Vote, 'decision' | 'role' | 'by'> &
  Partial<Pick<Vote, 'option' | 'overrides' | 'reason' | 'expiresAt'>>

/** One vote of each who is asked; a role that is named twice has two people. */
function votesOn({ kind = 'approve', who, overridable = [] }: Question, answer: string, nowMs: number): Said[] {
  if (answer === 'timed-out') return []
  const people = who.map((role, at) => ({ role, by: person(`${role}-${at + 1}`) }))
  if (answer === 'denied') return people.slice(0, 1).map((one) => ({ ...one, decision: 'reject' }))
  if (kind === 'override') {
    const expiresAt = new Date(nowMs + VOTE_MS).toISOString()
    const because = { decision: 'override', reason: 'so the scenario says', expiresAt } as const
    if (answer !== 'override') return []
    return overridable.map(({ rule, item, who: role }) => {
      return { ...because, role, by: person(role), overrides: { rule, ...(item === undefined ? {} : { item }) } }
    })
  }
  if (kind === 'ask') return people.map((one) => ({ ...one, decision: 'choose', option: answer }))
  return answer === 'done' ? people.map((one) => ({ ...one, decision: 'approve' })) : []
}

function person(user: string): Vote['by'] {
  return { user, host: 'rehearsal', assurance: 'self-asserted' }
}

/** Nobody signs in a rehearsal, and no door asks: it is no evidence of anything. */
function given(said: Said & Pick<Vote, 'runId' | 'step' | 'factsDigest'>, clock: VirtualClock): Answer {
  const vote: SignedVote['vote'] = {
    type: 'runproof.vote.v1',
    planDigest: 'rehearsal',
    nonce: `${said.by.user} at ${clock.nowMs()}`,
    votedAt: clock.now(),
    ...said,
  }
  return { vote: { vote, keyid: 'rehearsal', signature: 'rehearsal' }, verdict: { counted: true } }
}
