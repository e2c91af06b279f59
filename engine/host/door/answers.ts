import type { AskStep } from '../../../schemas/plan.ts'
import type { SignedVote } from '../../../schemas/run.ts'
import { voteCounts } from '../votes.ts'
import type { Claimed } from './claimed.ts'
import type { Instance } from './instance.ts'

/** The step of a question, with those who are asked. */
type Asking = Instance & { readonly step: { readonly who: readonly string[] } }

/** Whether one person of each role has approved; nobody answers for two (G26). */
export function isApproved(at: Asking, claimed: Claimed): boolean {
  return everyoneOf(
    at,
    countedVotes(at, claimed, ({ decision }) => decision === 'approve'),
  )
}

/** The option that people have chosen; undefined where nothing shows it. */
export function chosenOption(at: Asking & { readonly step: AskStep }, claimed: Claimed): string | undefined {
  const options = at.step.choices.map(({ name }) => name)
  return options.find((name) =>
    everyoneOf(
      at,
      countedVotes(at, claimed, ({ decision, option }) => decision === 'choose' && option === name),
    ),
  )
}

function countedVotes(
  at: Asking,
  { host, run, grounds, requesters, planDigest }: Claimed,
  wanted: (vote: SignedVote['vote']) => boolean,
): SignedVote[] {
  return grounds.votes.filter(
    (signed) =>
      signed.vote.step === at.id &&
      wanted(signed.vote) &&
      voteCounts(host, signed, { runId: run.id, who: at.step.who, requesters, planDigest }).counted,
  )
}

/** So many different people for each role as it is named; nobody answers for two places. */
function everyoneOf({ step: { who } }: Asking, votes: readonly SignedVote[]): boolean {
  const taken = new Map<string, string>()
  for (const { vote } of votes) if (!taken.has(vote.by.user)) taken.set(vote.by.user, vote.role)
  const places = [...taken.values()]
  return [...new Set(who)].every(
    (role) => places.filter((other) => other === role).length >= who.filter((other) => other === role).length,
  )
}
