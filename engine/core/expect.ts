import type { Expectation } from '../../schemas/plan.ts'
import { denied } from './denied.ts'
import { judge } from './judge.ts'
import { readFacts } from './read.ts'
import type { Ended, Run } from './run.ts'
import { scopeOf } from './seen.ts'
import { Watch } from './watch.ts'

/** A wait of days is no reason for more readings than this: a history has an end. */
const ROUNDS = 1_000

/**
 * Reads again until the predicate has held without a break for as long as it must, or the time is over.
 * An unknown reading is a break; it does not end the wait. A rule that must hold meanwhile ends it where it does not.
 */
export async function expectation(run: Run, step: string, expected: Expectation): Promise<Ended> {
  const { clock } = run.ports
  const deadline = clock.nowMs() + expected.withinMs
  const watch = new Watch(run, step, expected.withinMs)
  const everyMs = roundOf(run, expected)
  let heldSince: number | undefined
  for (let rounds = 1; ; rounds += 1) {
    const readings = await readFacts(run, step, expected.facts)
    const { says, observed } = judge(expected.predicate, scopeOf(run))
    heldSince = says === 'true' ? (heldSince ?? clock.nowMs()) : undefined
    const held = heldSince !== undefined && clock.nowMs() - heldSince >= expected.holdsForMs
    if (held || clock.nowMs() >= deadline) {
      // One entry stands for all rounds: a wait of days stays small. The readings of each are in the history.
      const activities = readings.map(({ activity }) => activity)
      run.ledger.enter({ kind: 'expectation', step, holds: says, observed, rounds, activities })
      return { result: held ? 'done' : 'timed-out' }
    }
    const until = clock.nowMs() + Math.min(everyMs, Math.max(deadline - clock.nowMs(), 1))
    const denial = await watch.sleep(until, `expect: ${expected.predicate.cel}`)
    if (denial !== undefined) return denied(denial)
  }
}

/** Plans of version 1 are replayed as they were carried out. */
function roundOf({ plan }: Run, { everyMs, withinMs }: Expectation): number {
  return plan.planVersion === 1 ? everyMs : Math.max(everyMs, Math.ceil(withinMs / ROUNDS))
}
