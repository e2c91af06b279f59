import type { EffectResult } from '../schemas/run.ts'

/** Whether an effect is said to have happened. */
export function isDone(result: Pick<EffectResult, 'status'>): boolean {
  return result.status === 'done' || result.status === 'already-done'
}
