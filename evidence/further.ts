import type { Admission } from '../schemas/run.ts'

/** Starts that are made at once may take each other's run. What a person asked for longer ago was for another one, of the same key. */
const AT_ONCE_MS = 15 * 60_000

/**
 * Whether an admission can be that of a further start of a run: of its key, not its own, and where a person asked, asked for while
 * the run was there to take it. One of an earlier run would keep its person from voting in this one (G26). What an alert or a schedule
 * asks for is begun again later, where a process has died, and keeps nobody from voting.
 */
export function isFurther(further: Admission, own: Admission): boolean {
  if (further.workflowId !== own.workflowId || further.runId === own.runId) return false
  if (further.trigger.kind !== 'person') return true
  return Date.parse(further.admittedAt) >= Date.parse(own.admittedAt) - AT_ONCE_MS
}
