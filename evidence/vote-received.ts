import type { SignedVote } from '../schemas/run.ts'
import { NAMES } from '../schemas/run.ts'
import { jsonDigest } from './digest.ts'
import { acceptancesIn, parseEvents } from './history-events.ts'
import type { RunRecord } from './record.ts'

/** When a run received a vote; undefined where its history does not have it. */
export type ReceivedVotes = (vote: SignedVote) => Date | undefined

/**
 * When a run received its votes, as its history tells it: when the task began in which each was accepted for the first time, which is
 * what the run's clock said then. Looks the history through once.
 */
export function receivedIn({ events }: Pick<RunRecord, 'events'>): ReceivedVotes {
  const began = new Map<string, string | undefined>()
  for (const { name, args, taskBegan } of acceptancesIn(parseEvents(events))) {
    if (name !== NAMES.voteUpdate) continue
    for (const digest of args.map(jsonDigest)) if (!began.has(digest)) began.set(digest, taskBegan)
  }
  return (vote) => {
    const at = began.get(jsonDigest(vote))
    return at === undefined ? undefined : new Date(at)
  }
}
