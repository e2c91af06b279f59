import type { Outcome } from '../../schemas/run.ts'
import { conclude } from './conclude.ts'
import type { Run } from './run.ts'
import { recallAll, undoSince } from './undo.ts'
import { walk } from './walk.ts'

/**
 * Carries out a Plan step by step, in the order of the file; where it stops, takes back what was done; and says how it ended. One that
 * an earlier execution has left while it took back what was done goes on with that. Throws `Elsewhere` where it goes on in another
 * execution.
 */
export async function carryOut(run: Run): Promise<Outcome> {
  if (run.stopped === undefined) {
    run.ledger.phase('running')
    run.stopped = await walk(run, run.plan.steps)
  }
  const { stopped } = run
  if (stopped === undefined) await recallAll(run)
  else await undoSince(run)
  return conclude(run, stopped)
}
