import type { ApproveStep } from '../../schemas/plan.ts'
import type { SignedVote } from '../../schemas/run.ts'
import { resolveOperand, textOf } from './operand.ts'
import type { Poll } from './ports.ts'
import { scopeOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/** Waits until one person of each role has approved, somebody has rejected, or the time is over. */
export async function approveStep(run: Run, step: ApproveStep): Promise<Ended> {
  const poll = await openPoll(run, step)
  try {
    return await collect(run, step, poll)
  } finally {
    poll.close()
    run.ledger.waits(undefined)
  }
}

async function openPoll(run: Run, step: ApproveStep): Promise<Poll> {
  const looked = resolveOperand(step.text, scopeOf(run))
  const text = 'value' in looked ? textOf(looked.value) : looked.unknown
  const facts = Object.fromEntries(
    [...run.records].flatMap(([name, { record }]) => (step.show.includes(name) ? [[name, record]] : [])),
  )
  const poll = await run.ports.ask({
    step: step.id,
    time: timesAsked(run, step),
    text,
    who: step.who,
    facts,
    withinMs: step.withinMs,
  })
  run.ledger.enter({ kind: 'asked', step: step.id, text, who: step.who, factsDigest: poll.factsDigest })
  const until = new Date(run.ports.clock.nowMs() + step.withinMs).toISOString()
  run.ledger.waits({ step: step.id, text, who: step.who, facts, until, factsDigest: poll.factsDigest })
  return poll
}

function timesAsked(run: Run, step: ApproveStep): number {
  const asked = run.ledger.state().entries.filter((entry) => entry.kind === 'asked' && entry.step === step.id)
  return asked.length + 1
}

async function collect(run: Run, step: ApproveStep, poll: Poll): Promise<Ended> {
  const approvals = new Map<string, string>()
  for (;;) {
    const answer = await poll.next()
    if (answer === undefined) return { result: 'timed-out', detail: 'nobody who counts has answered in time' }
    const verdict = answer.verdict.counted ? duplicateOf(answer.vote, approvals) : answer.verdict
    run.ledger.enter({ kind: 'vote', step: step.id, vote: answer.vote, ...verdict })
    if (!verdict.counted) continue
    const { role, by, decision, reason } = answer.vote.vote
    if (decision === 'reject')
      return { result: 'denied', detail: `rejected by ${by.user}${reason === undefined ? '' : `: ${reason}`}` }
    approvals.set(role, by.user)
    run.votes = [...run.votes, answer.vote]
    if (step.who.every((needed) => approvals.has(needed)))
      return { result: 'done', detail: `approved by ${[...approvals.values()].join(', ')}` }
  }
}

/** One person answers for one role only. */
function duplicateOf({ vote }: SignedVote, approvals: ReadonlyMap<string, string>): { counted: boolean; why?: string } {
  const elsewhere = [...approvals].find(([role, user]) => user === vote.by.user && role !== vote.role)
  return elsewhere === undefined
    ? { counted: true }
    : { counted: false, why: `${vote.by.user} has already answered as ${elsewhere[0]}` }
}
