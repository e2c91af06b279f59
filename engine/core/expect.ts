import type { Expectation } from '../../schemas/plan.ts'
import { judge } from './judge.ts'
import { readFacts } from './read.ts'
import { scopeOf } from './run.ts'
import type { Run } from './run.ts'

/**
 * Reads again until the predicate has held without a break for as long as it must, or the time is over.
 * An unknown reading is a break; it does not end the wait.
 */
export async function expectation(run: Run, step: string, expected: Expectation): Promise<'done' | 'timed-out'> {
  const { clock } = run.ports
  const deadline = clock.nowMs() + expected.withinMs
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
      return held ? 'done' : 'timed-out'
    }
    await clock.sleep(
      Math.min(expected.everyMs, Math.max(deadline - clock.nowMs(), 1)),
      `expect: ${expected.predicate.cel}`,
    )
  }
}
