import type { HistoryActivity, HistoryIndex } from '../schemas/evidence.ts'
import { NAMES } from '../schemas/run.ts'
import { jsonDigest } from './digest.ts'

/** What is asked of a history again and again: each answer takes the same time, however long the history is. */
export interface HistoryLookup {
  /** The first activity of this id. */
  activity(id: string): HistoryActivity | undefined
  /** Whether a claim was answered just so. */
  isAnsweredToClaim(result: unknown): boolean
  /** Whether just this vote has arrived. */
  isArrived(vote: unknown): boolean
}

/** Looks a history through once. */
export function lookThrough({ activities, updates }: HistoryIndex): HistoryLookup {
  const byId = new Map(activities.toReversed().map((activity) => [activity.activityId, activity]))
  const claimed = digests(activities.flatMap(({ type, result }) => (type === NAMES.claim ? [result] : [])))
  const votes = digests(updates.flatMap(({ name, args }) => (name === NAMES.voteUpdate ? args : [])))
  return {
    activity: (id) => byId.get(id),
    isAnsweredToClaim: (result) => claimed.has(jsonDigest(result ?? null)),
    isArrived: (vote) => votes.has(jsonDigest(vote ?? null)),
  }
}

function digests(values: readonly unknown[]): ReadonlySet<string> {
  return new Set(values.map((value) => jsonDigest(value ?? null)))
}
