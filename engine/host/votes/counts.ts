import { voterOf } from '../../../evidence/voter.ts'
import type { SignedVote, Vote, VoteVerdict } from '../../../schemas/run.ts'
import type { Host } from '../host.ts'
import { notInForce } from './in-force.ts'
import { isRequester } from './requesters.ts'
import { allowedSignersOf } from './signers.ts'

/** Whom a vote is held against. */
export interface Electorate {
  readonly runId: string
  readonly who: readonly string[]
  /** Users who asked for the run. */
  readonly requesters: readonly string[]
  /** The Plan that was admitted. */
  readonly planDigest?: string
}

type Polling = Pick<Host, 'keys' | 'config'>

/**
 * Does this vote count now (G26)? It was taken here, for this run and Plan, by a person whom the configuration gives the role, and
 * is in force. Beside a person who asked for the run, and for an override, only somebody counts who has signed, and is another.
 */
export function voteCounts(host: Polling, signed: SignedVote, electorate: Electorate): VoteVerdict {
  const { vote } = signed
  const stray = straying(host, signed, electorate) ?? notInForce(vote, new Date())
  if (stray !== undefined) return no(stray)
  const voter = voterIn(host, signed)
  if ('why' in voter) return no(voter.why)
  if (!peopleOf(host, vote.role).includes(voter.name))
    return no(`${voter.name} is not ${vote.role}: name them under \`roles\` in runproof.yaml`)
  const sided = vote.decision === 'reject' ? undefined : notSecond(host, signed, electorate)
  return sided === undefined ? { counted: true } : no(sided)
}

function no(why: string): VoteVerdict {
  return { counted: false, why }
}

/** A vote that is of somewhere else, or was given to nobody who asked. */
function straying(
  { keys }: Polling,
  signed: SignedVote,
  { runId, who, planDigest = signed.vote.planDigest }: Electorate,
): string | undefined {
  const { vote } = signed
  if (!keys.taken(signed)) return 'this vote was not taken by this installation'
  if (vote.runId !== runId) return 'this vote was given in another run'
  if (vote.planDigest !== planDigest) return 'this vote was given on another Plan'
  return who.includes(vote.role) ? undefined : `nobody was asked as ${vote.role}; asked were: ${who.join(', ')}`
}

/** By whom: the one whose key has signed; a vote that says it is signed, and is not, is nobody's. */
function voterIn({ config }: Polling, signed: SignedVote): { readonly name: string } | { readonly why: string } {
  const { vote, ssh } = signed
  if (ssh === undefined && vote.by.assurance === 'self-asserted') return { name: vote.by.user }
  const listed = allowedSignersOf(config)
  if ('problem' in listed) return { why: `nobody can tell whose signature this is: ${listed.problem}` }
  const voter = voterOf(signed, listed.signers, new Date())
  return 'nobody' in voter ? { why: voter.nobody } : { name: voter.principal }
}

/** Roles come from files: `constructor` is a name like any other. */
function peopleOf({ config: { roles } }: Polling, role: string): readonly string[] {
  return Object.hasOwn(roles, role) ? (roles[role] ?? []) : []
}

/** Why the voter is no second person beside those who asked for the run. */
function notSecond({ config }: Polling, { vote, ssh }: SignedVote, { requesters }: Electorate): string | undefined {
  const same = requesters.find((requester) => isRequester(config, vote, requester))
  if (same !== undefined) return `${nameOf(vote, same)} asked for this run, and does not count`
  if (ssh !== undefined) return undefined
  if (requesters.length > 0)
    return `${vote.by.user} is self-asserted, which is no second person beside ${requesters.join(', ')}: sign with a key that allowed_signers lists`
  return vote.decision === 'override'
    ? `${vote.by.user} is self-asserted: only a signed vote overrides a rule`
    : undefined
}

function nameOf({ by }: Vote, requester: string): string {
  return by.user === requester ? requester : `${by.user}, who may be ${requester},`
}
