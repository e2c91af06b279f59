import type { SignedVote, Trigger, VoteCheck, VoteVerdict } from '../../schemas/run.ts'
import type { Host } from './host.ts'

/** Whom a vote is held against. */
export interface Electorate {
  readonly runId: string
  readonly who: readonly string[]
  /** Users who asked for the run. */
  readonly requesters: readonly string[]
}

/**
 * Does this vote count (G26)? It was taken here, by a person whom the configuration gives the role. Until votes carry a
 * signature of their own, an identity is self-asserted and is no second person: where a person asked for the run, only a
 * signed vote could count, and none does.
 */
export function voteCounts(
  host: Pick<Host, 'keys' | 'config'>,
  signed: SignedVote,
  { runId, who, requesters }: Electorate,
): VoteVerdict {
  const { vote } = signed
  if (!host.keys.taken(signed)) return no('this vote was not taken by this installation')
  if (vote.runId !== runId) return no('this vote was given in another run')
  if (!who.includes(vote.role)) return no(`nobody was asked as ${vote.role}; asked were: ${who.join(', ')}`)
  if (!peopleOf(host, vote.role).includes(vote.by.user))
    return no(`${vote.by.user} is not ${vote.role}: name them under \`roles\` in runproof.yaml`)
  if (vote.decision === 'reject') return { counted: true }
  if (requesters.includes(vote.by.user)) return no(`${vote.by.user} asked for this run, and does not count`)
  if (requesters.length > 0)
    return no(`${vote.by.user} is self-asserted, which is no second person beside ${requesters.join(', ')}`)
  return { counted: true }
}

/** Roles come from files: `constructor` is a name like any other. */
function peopleOf({ config: { roles } }: Pick<Host, 'config'>, role: string): readonly string[] {
  return Object.hasOwn(roles, role) ? (roles[role] ?? []) : []
}

/** The users among those who asked for a run. */
export function requestersOf(triggers: readonly Trigger[]): string[] {
  return triggers.flatMap((trigger) => (trigger.kind === 'person' ? [trigger.by.user] : []))
}

function no(why: string): VoteVerdict {
  return { counted: false, why }
}

/** Checks a vote on the open question of a run, against the admitted Plan and everyone who asked for the run. */
export async function checkVote(
  { admission: signed, vote, triggers }: VoteCheck,
  host: Pick<Host, 'keys' | 'config' | 'plans'>,
): Promise<VoteVerdict> {
  const { admission } = signed
  const plan = host.keys.admitted(signed) ? await host.plans.find(admission.planDigest) : undefined
  const step = plan?.steps.find(({ id }) => id === vote.vote.step)
  if (step?.kind !== 'approve') return no('the admitted Plan has no such question')
  if (vote.vote.planDigest !== admission.planDigest) return no('this vote was given on another Plan')
  return voteCounts(host, vote, {
    runId: admission.runId,
    who: step.who,
    requesters: requestersOf([admission.trigger, ...triggers]),
  })
}
