import type { EffectRequest, EffectResult } from '../../../schemas/run.ts'
import { carryOutEffect } from './effect.ts'
import { judgeUntilKnown } from './judgement.ts'
import { openPass } from './open.ts'
import type { Opened, Pass, PassSeam } from './open.ts'
import { recordDenial } from './records.ts'
import { settleFirst } from './settle.ts'

/**
 * One pass of the door, in the order of G2: settle what an earlier attempt left → stop switch and change window → facts →
 * rules → intent → deadline → effect → read-back → receipt. There is no other way to an effect, and every attempt takes it
 * from the start. Throws only where the same pass should be tried again from its beginning.
 */
export async function passDoor(request: EffectRequest, seam: PassSeam): Promise<EffectResult> {
  const opened = await openPass(request, seam)
  if ('denial' in opened) return deny(opened)
  const settled = await settleFirst(opened)
  if (settled !== undefined) return settled
  const judged = await judgeUntilKnown(opened)
  switch (judged.kind) {
    case 'pass':
      return carryOutEffect(opened, judged)
    case 'conflict':
      return { status: 'conflict', expected: judged.expected, found: judged.found, evidence: {} }
    case 'denied':
      return { status: 'denied', denial: judged.denial, evidence: await recordDenial(opened, judged) }
  }
}

/** A request that does not belong to an admitted run is denied without a trace in that run's evidence: it is not its own. */
function deny({ denial }: Exclude<Opened, Pass>): EffectResult {
  return { status: 'denied', denial, evidence: {} }
}
