import { randomBytes } from 'node:crypto'
import type { RunState, Vote, Waiting } from '../../../schemas/run.ts'

/** What somebody wants to say to a run. */
export interface Answer extends Pick<Vote, 'decision' | 'option' | 'overrides' | 'reason'> {
  /** Kinds of questions that this can be an answer to. */
  readonly kinds: readonly NonNullable<Waiting['kind']>[]
  /** How long the vote holds; absent: as long as the run can use it. */
  readonly holdsForMs?: number
}

/** Who says it, and as whom. */
export interface Speaker extends Pick<Vote, 'by' | 'role' | 'login'> {
  readonly now: Date
}

/** The vote on an open question. */
export function voteOn({ runId, planDigest }: RunState, { step, factsDigest }: Waiting, said: Answer & Speaker): Vote {
  const { decision, option, overrides, reason, holdsForMs, by, role, login, now } = said
  return {
    type: 'runproof.vote.v1',
    ...{ runId, planDigest, step, factsDigest, decision, role, by },
    ...(option === undefined ? {} : { option }),
    ...(overrides === undefined ? {} : { overrides }),
    ...(login === undefined ? {} : { login }),
    ...(reason === undefined ? {} : { reason }),
    ...(holdsForMs === undefined ? {} : { expiresAt: new Date(now.getTime() + holdsForMs).toISOString() }),
    nonce: randomBytes(16).toString('hex'),
    votedAt: now.toISOString(),
  }
}
