import { setTimeout as wait } from 'node:timers/promises'
import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import type { Denial, EffectRequest, EffectResult } from '../../../schemas/run.ts'
import { arrive } from './arrive.ts'
import type { PassSeam } from './arrive.ts'
import { carryOutEffect } from './effect.ts'
import { judgeUntilKnown } from './judgement.ts'
import { openPass } from './open.ts'
import type { Pass } from './open.ts'
import { noIntent, recordDenial } from './records.ts'
import { settleFirst } from './settle.ts'
import { endAlone } from './under-lease.ts'

/**
 * One pass of the door, in the order of G2: settle what an earlier attempt left → stop switch and change window → leases →
 * facts → rules → intent → deadline → effect → read-back → receipt. There is no other way to an effect, and every attempt takes it
 * from the start. Throws only where the same pass should be tried again from its beginning.
 */
export async function passDoor(request: EffectRequest, seam: PassSeam): Promise<EffectResult> {
  const begun = await begin(request, seam)
  if ('result' in begun) return begun.result
  try {
    return await judgeAndCarryOut(begun.opened)
  } finally {
    await endAlone(begun.opened)
  }
}

async function judgeAndCarryOut(opened: Pass): Promise<EffectResult> {
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

type Begun = { readonly opened: Pass } | { readonly result: EffectResult }

/** How long the first attempt waits for an evidence store that cannot be read, and the pause between two looks. */
const STORE_PATIENCE_MS = 5_000
const LOOK_AGAIN_MS = 500

/**
 * What a run has done stands in the evidence store. While it cannot be read, a first attempt has nothing to settle and is denied;
 * a later one can tell nothing of the earlier, and is neither denied nor carried out: it begins again until the store is back.
 */
async function begin(request: EffectRequest, seam: PassSeam): Promise<Begun> {
  const until = performance.now() + STORE_PATIENCE_MS
  for (;;) {
    try {
      return await settleAndOpen(request, seam)
    } catch (error) {
      if (!(error instanceof EvidenceUnavailable) || seam.attempt > 1) throw error
      if (performance.now() >= until) return deny({ denial: noIntent(error) })
    }
    await wait(LOOK_AGAIN_MS)
  }
}

/**
 * Only that the request belongs to an admitted run is looked at before settling: whatever else may have changed since an earlier
 * attempt, such as a contract or a role, must not hide what that one did.
 */
async function settleAndOpen(request: EffectRequest, seam: PassSeam): Promise<Begun> {
  const arrived = await arrive(request, seam)
  if ('denial' in arrived) return deny(arrived)
  const settled = await settleFirst(arrived)
  if (settled !== undefined) return { result: settled }
  const opened = await openPass(request, arrived)
  return 'denial' in opened ? deny(opened) : { opened }
}

/** A request that does not belong to an admitted run is denied without a trace in that run's evidence: it is not its own. */
function deny({ denial }: { readonly denial: Denial }): Begun {
  return { result: { status: 'denied', denial, evidence: {} } }
}
