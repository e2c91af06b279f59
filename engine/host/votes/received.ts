import { asyncLocalStorage } from '@temporalio/activity'
import type { VoteCheck } from '../../../schemas/run.ts'

/**
 * When the run received a vote, as its history has it; undefined where nobody can be believed about it. Only our own interpreter makes
 * local activities, and its clock is that of the history, which nobody sets. Whatever else asks here through Temporal may say any time.
 */
export function receivedAt({ receivedAt: said }: VoteCheck): string | undefined {
  return asyncLocalStorage.getStore()?.info.isLocal === true ? said : undefined
}
