import type { Expectation } from '../../schemas/plan.ts'
import { denied } from './denied.ts'
import { judge } from './judge.ts'
import { readFacts } from './read.ts'
import type { Ended, Run } from './run.ts'
import { scopeOf } from './seen.ts'
import { expectedBefore } from './wait.ts'
import type { Expecting } from './wait.ts'
import { Watch } from './watch.ts'

/** A wait of days is no reason for more readings than this: a history has an end. */
const ROUNDS = 1_000

/**
 * Reads again until the predicate has held without a break for as long as it must, or the time is over.
 * An unknown reading is a break; it does not end the wait. A rule that must hold meanwhile ends it where it does not.
 */
export async function expectation(
  run: Run,
  step: string,
  { expected, detail }: { readonly expected: Expectation; readonly detail?: string },
): Promise<Ended> {
  const wait = expectedBefore(run, step) ?? begin(run, { step, expected }, detail)
  const watch = new Watch(run, { step, wait, withinMs: expected.withinMs })
  for (;;) {
    const ended = (await restUntilNext(run, { wait, watch, expected })) ?? (await look(run, { step, expected }, wait))
    if (ended === undefined) continue
    run.waits.delete(step)
    return ended
  }
}

interface Subject {
  readonly step: string
  readonly expected: Expectation
}

function begin(run: Run, { step, expected: { withinMs } }: Subject, detail: string | undefined): Expecting {
  const now = run.ports.clock.nowMs()
  const more = detail === undefined ? {} : { detail }
  const wait: Expecting = { kind: 'expectation', until: now + withinMs, looked: now, rounds: 0, ...more }
  run.waits.set(step, wait)
  return wait
}

/** Until the next round is due, or news end the rest earlier; answers with what does not hold any more. */
async function restUntilNext(
  { ports: { clock } }: Run,
  { wait, watch, expected }: { wait: Expecting; watch: Watch; expected: Expectation },
): Promise<Ended | undefined> {
  if (wait.next === undefined) return undefined
  const denial =
    wait.next > clock.nowMs() ? await watch.sleep(wait.next, `expect: ${expected.predicate.cel}`) : undefined
  delete wait.next
  return denial === undefined ? undefined : denied(denial)
}

async function look(run: Run, { step, expected }: Subject, wait: Expecting): Promise<Ended | undefined> {
  const { clock } = run.ports
  wait.rounds += 1
  const readings = await readFacts(run, step, expected.facts)
  const { says, observed } = judge(expected.predicate, scopeOf(run))
  if (says !== 'true') delete wait.heldSince
  else wait.heldSince ??= clock.nowMs()
  const held = wait.heldSince !== undefined && clock.nowMs() - wait.heldSince >= expected.holdsForMs
  if (!held && clock.nowMs() < wait.until) {
    wait.next = clock.nowMs() + Math.min(roundOf(run, expected), Math.max(wait.until - clock.nowMs(), 1))
    return undefined
  }
  // One entry stands for all rounds: a wait of days stays small. The readings of each are in the history.
  const activities = readings.map(({ activity }) => activity)
  run.ledger.enter({ kind: 'expectation', step, holds: says, observed, rounds: wait.rounds, activities })
  return { result: held ? 'done' : 'timed-out' }
}

/** Plans of version 1 are replayed as they were carried out. */
function roundOf({ plan }: Run, { everyMs, withinMs }: Expectation): number {
  return plan.planVersion === 1 ? everyMs : Math.max(everyMs, Math.ceil(withinMs / ROUNDS))
}
