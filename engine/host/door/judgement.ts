import { setTimeout as wait } from 'node:timers/promises'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Denial, Verdict } from '../../../schemas/run.ts'
import type { Pass } from './open.ts'
import { checkPremise } from './premise.ts'
import { PassReadings } from './pass-readings.ts'
import { judgeEffects } from './rules.ts'
import { closedBy } from './switches.ts'

/** What the door found, and on which facts. */
export type Judged =
  | {
      readonly kind: 'pass'
      readonly facts: readonly FactRecord[]
      readonly verdicts: readonly Verdict[]
      readonly deadline: number
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
    const judged = await judgeOnce(pass)
    const undecided = judged.kind === 'denied' && judged.denial.unknown
    if (!undecided || performance.now() >= until) return judged
    await wait(REREAD_MS)
  }
}

async function judgeOnce(pass: Pass): Promise<Judged> {
  const closed = await closedBy(pass)
  if (closed !== undefined) return { kind: 'denied', denial: closed, facts: [] }
  const readings = new PassReadings(pass.seam.host)
  const premise = await checkPremise(pass, readings)
  if (premise.kind === 'conflict') return premise
  if (premise.kind === 'unknown') return { kind: 'denied', denial: premise.denial, facts: readings.taken() }
  const { verdicts, denial } = await judgeEffects(pass, pass.guarded, readings)
  if (denial !== undefined) return { kind: 'denied', denial, facts: readings.taken() }
  const expected = premise.expected === undefined ? {} : { expected: premise.expected }
  return { kind: 'pass', facts: readings.taken(), verdicts, deadline: readings.deadline(), ...expected }
}
