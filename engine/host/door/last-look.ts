import { openIntents } from '../../../evidence/effects.ts'
import type { Recorded } from '../../../evidence/effects.ts'
import type { Intent } from '../../../schemas/evidence.ts'
import type { Denial } from '../../../schemas/run.ts'
import type { Pass } from './open.ts'
import { passesOf } from './records.ts'
import { stoppedBy } from './switches.ts'

/** Why an effect whose intent is recorded does not begin after all. */
export interface Hindrance {
  readonly denial: Denial
  /** Set where a new pass may find it otherwise. */
  readonly again?: string
}

/**
 * Looked at last before the call: nobody else is at the same step, nobody has stopped it meanwhile, and it is not too late (G6).
 * Of two attempts at once each has written its intent before it looks for the other's, so at least one of them sees it.
 */
export async function lastLook(
  pass: Pass,
  { deadline, signal }: { readonly deadline: () => number; readonly signal: AbortSignal },
  intent: Recorded<Intent>,
): Promise<Hindrance | undefined> {
  const [others, stop] = await Promise.all([othersAtIt(pass, intent), stoppedBy(pass)])
  if (others) return mayPass('another attempt at the same step is under way')
  if (stop !== undefined) return { denial: stop }
  if (pass.seam.cancelled.aborted) return mayPass('the attempt was called off before the effect began')
  if (signal.aborted) return mayPass('the time that the effect has was over before it began')
  if (performance.now() > deadline()) return mayPass('the facts grew old, or a lease was lost, before the effect began')
  return undefined
}

async function othersAtIt(pass: Pass, own: Recorded<Intent>): Promise<boolean> {
  const passes = await passesOf(pass)
  if (passes.some(({ receipt }) => receipt !== undefined)) return true
  return openIntents(passes).some(({ intent }) => intent?.name !== own.name)
}

function mayPass(why: string): Hindrance {
  const message = `${why}, time after time: the step was begun again and came no further`
  const next = 'find out why the platform, the evidence store or the worker is slow'
  return {
    denial: { by: 'deadline', unknown: true, message, verdicts: [], next },
    again: `${why}: the pass begins again`,
  }
}
