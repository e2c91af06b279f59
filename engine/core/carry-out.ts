import type { Outcome } from '../../schemas/run.ts'
import { conclude } from './conclude.ts'
import type { Run } from './run.ts'
import { recallAll, undoSince } from './undo.ts'
import { walk } from './walk.ts'

/**
 * Carries out a Plan step by step, in the order of the file; where it stops, takes back what was done; and says how it ended.
 * Throws `Elsewhere` where the run goes on in another execution.
 */
export async function carryOut(run: Run): Promise<Outcome> {
  run.ledger.phase('running')
  const stop = await walk(run, run.plan.steps)
  if (stop === undefined) await recallAll(run)
  else await undoSince(run)
  return conclude(run, stop)
}
