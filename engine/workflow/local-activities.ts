import { patched, scheduleLocalActivity } from '@temporalio/workflow'
import type { LocalActivityOptions } from '@temporalio/common'

/** Executions that were under way before local activities waited for each other are replayed as they were. */
const IN_TURN = 'local-activities-in-turn'

/** The one that was begun last, while it is under way. Temporal loads modules anew for each execution: this is its own. */
let underWay: Promise<void> | undefined

/**
 * Carries out a local activity, after those that are under way. Several at once are told to a workflow one by one, as each ends, but all
 * together in a replay: what follows from them came in another order there, and the run could not go on.
 */
export async function locally<R>(type: string, argument: unknown, options: LocalActivityOptions): Promise<R> {
  const begin = async () => scheduleLocalActivity<R>(type, [argument], options)
  const done = underWay !== undefined && patched(IN_TURN) ? underWay.then(begin) : begin()
  const over = done.then(nothing, nothing)
  underWay = over
  void over.then(() => {
    if (underWay === over) underWay = undefined
  })
  return done
}

function nothing(): void {
  // The result is for whoever has asked for it.
}
