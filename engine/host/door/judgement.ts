import { setTimeout as wait } from 'node:timers/promises'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Denial, Verdict } from '../../../schemas/run.ts'
import type { Hold } from '../leases/leases.ts'
import { heldBack } from './modes.ts'
import type { Pass } from './open.ts'
import { checkPremise } from './premise.ts'
import type { PassReadings } from './pass-readings.ts'
import { judgeEffects } from './rules.ts'
import { closedBy } from './switches.ts'
import { underLease } from './under-lease.ts'

/** What the door found, and on which facts. */
export type Judged =
  | {
      readonly kind: 'pass'
      readonly facts: readonly FactRecord[]
      readonly verdicts: readonly Verdict[]
      /** The last moment, on the monotonic clock, at which the effect may begin: facts grow old, and leases end (G6). */
      readonly deadline: () => number
      readonly fencing: Hold['fencing']
      readonly expected?: Json
    }
  | { readonly kind: 'denied'; readonly denial: Denial; readonly facts: readonly FactRecord[] }
  | { readonly kind: 'conflict'; readonly expected: Json; readonly found: Json }

/** Pause between two readings of what is unknown. */
const REREAD_MS = 1_000

/** Judges on fresh facts; what is unknown is read again until `unknownFor` is over, and then denies (guards.md 1). */
export async function judgeUntilKnown(pass: Pass): Promise<Judged> {
  const until = performance.now() + pass.plan.unknownForMs
  for (;;) {
    pass.seam.heartbeat()
    pass.seam.cancelled.throwIfAborted()
    const judged = await judgeOnce({ ...pass, run: { ...pass.run, now: new Date().toISOString() } })
    const undecided = judged.kind === 'denied' && judged.denial.unknown
    if (!undecided || performance.now() >= until) return judged
    await wait(REREAD_MS)
  }
}

/** In the order of G2: stop switch and change window, leases, facts, rules. */
async function judgeOnce(pass: Pass): Promise<Judged> {
  const closed = await closedBy(pass)
  if (closed !== undefined) return { kind: 'denied', denial: closed, facts: [] }
  const leased = await underLease(pass)
  if ('denial' in leased) return { kind: 'denied', ...leased }
  return judgeOn(pass, leased.readings, leased.hold)
}

async function judgeOn(pass: Pass, readings: PassReadings, hold: Hold): Promise<Judged> {
  const [premise, { verdicts, denial }] = await Promise.all([
    checkPremise(pass, readings),
    judgeEffects(pass, pass.guarded, readings),
  ])
  const facts = readings.taken()
  if (premise.kind === 'conflict') return premise
  if (premise.kind === 'unknown') return { kind: 'denied', denial: premise.denial, facts }
  const refusal = denial ?? heldBack(pass, verdicts)
  if (refusal !== undefined) return { kind: 'denied', denial: refusal, facts }
  const deadline = () => Math.min(readings.deadline(), hold.until())
  const expected = premise.expected === undefined ? {} : { expected: premise.expected }
  return { kind: 'pass', facts, verdicts, deadline, fencing: hold.fencing, ...expected }
}
