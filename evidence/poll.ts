import type { Admission, RunEntry, Trigger } from '../schemas/run.ts'
import { lookThroughBallot } from './ballot-lookup.ts'
import type { BallotLookup } from './ballot-lookup.ts'
import { isFurther } from './further.ts'
import type { RunRecord } from './record.ts'
import { receivedIn } from './vote-received.ts'
import type { ReceivedVotes } from './vote-received.ts'

/** An entry that tells of a vote. */
export type VoteEntry = RunEntry & { readonly kind: 'vote' }

/** What each vote of a run is held against: each answer takes the same time, however many there are. */
export interface Poll {
  readonly admission: Admission
  readonly ballot: () => BallotLookup
  /** Throws where the history cannot be read. */
  readonly received: () => ReceivedVotes
  /** The digest of the question that was asked last at the entry's step before it. */
  askedBefore(entry: VoteEntry): string | undefined
  /** Among these users, the one who asked for the run first. */
  firstRequester(users: readonly (string | undefined)[]): string | undefined
}

/** Looks a run through once; its history only when somebody asks for it. Throws where a record of the ballot cannot be read. */
export function pollOf(run: RunRecord): Poll {
  const asked = askedBefore(run)
  const ballot = once(() => lookThroughBallot(run))
  const requesters = requestersOf(run, ballot().further)
  const places = new Map(requesters.map((user, place) => [user, place] as const).reverse())
  return {
    admission: run.admission.admission,
    ballot,
    received: once(() => receivedIn(run)),
    askedBefore: (entry) => asked.get(entry),
    firstRequester: (users) => {
      const found = users.flatMap((user) => (user === undefined ? [] : (places.get(user) ?? [])))
      return found.length === 0 ? undefined : requesters[Math.min(...found)]
    },
  }
}

/** An entry follows those above it. */
function askedBefore({ entries }: RunRecord): ReadonlyMap<RunEntry, string> {
  const newest = new Map<string, string>()
  const found = new Map<RunEntry, string>()
  for (const entry of entries) {
    if (entry.kind === 'asked') newest.set(entry.step, entry.factsDigest)
    const digest = entry.kind === 'vote' ? newest.get(entry.step) : undefined
    if (digest !== undefined) found.set(entry, digest)
  }
  return found
}

/** Whoever the run tells of, and whoever the worker has recorded: a run that leaves one out gains no second person. */
function requestersOf({ admission: { admission }, entries }: RunRecord, further: BallotLookup['further']): string[] {
  const told = entries.flatMap((entry) => (entry.kind === 'trigger' ? [entry.trigger] : []))
  const recorded = further.flatMap((one) => (isFurther(one.admission, admission) ? [one.admission.trigger] : []))
  return [admission.trigger, ...told, ...recorded].flatMap(requesterOf)
}

function requesterOf(trigger: Trigger): string[] {
  return trigger.kind === 'person' ? [trigger.by.user] : []
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined
  return () => (found ??= { value: find() }).value
}
