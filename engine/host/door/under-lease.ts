import type { FactRecord } from '../../../schemas/fact.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Denial } from '../../../schemas/run.ts'
import { together } from '../../core/rules.ts'
import { isHeld } from '../leases/leases.ts'
import type { Hold, Refusal } from '../leases/leases.ts'
import { messageOf } from '../carriable.ts'
import type { Pass } from './open.ts'
import { PassAgain } from './pass-again.ts'
import { PassReadings } from './pass-readings.ts'
import { resourcesHeld } from './rules.ts'

/** How long a pass waits for what another run holds, where the policy has no `leasePatience`. */
const PATIENCE_MS = 30_000

/** So often may the resources turn out to be others under the leases than before them. */
const LOOKS = 3

type Leased =
  | { readonly readings: PassReadings; readonly hold: Hold }
  | { readonly denial: Denial; readonly facts: readonly FactRecord[] }

/**
 * Takes the leases that the rules and the step want, before the facts (G3). Which resources those are may rest on facts: these are
 * read once for the names, and again under the leases; only where the names are still the same, does the pass go on, on the second
 * reading.
 */
export async function underLease(pass: Pass): Promise<Leased> {
  let hold: Hold = { fencing: {}, until: () => Infinity }
  for (let look = 0; look <= LOOKS; look += 1) {
    const readings = new PassReadings(pass.seam.host, pass.admission.runId)
    const held = together([pass.own, await resourcesHeld(pass, pass.guarded, readings)])
    if ('unknown' in held) return { denial: unknownNames(held.unknown), facts: readings.taken() }
    if (held.resources.every((resource) => Object.hasOwn(hold.fencing, resource))) return { readings, hold }
    const taken = await takeLeases(pass, held.resources)
    if ('again' in taken) throw new PassAgain(taken.again)
    if ('denial' in taken) return { ...taken, facts: readings.taken() }
    hold = taken.hold
  }
  return { denial: unknownNames('they change faster than leases on them can be taken'), facts: [] }
}

async function takeLeases(
  pass: Pass,
  resources: readonly string[],
): Promise<{ hold: Hold } | { denial: Denial } | { again: string }> {
  const { seam, admission, plans } = pass
  const { runId } = admission
  const wait = { patienceMs: patienceOf(plans), heartbeat: () => seam.heartbeat() }
  try {
    // First for this pass alone: from then on nobody can give back in its back what its run holds.
    const alone = await seam.host.leases.takeAlone({ runId, pass: nameOf(pass) }, resources, wait)
    if (!isHeld(alone)) return { again: 'another step of this run is at the same resources' }
    const taken = await seam.host.leases.take(runId, resources, wait)
    if (!isHeld(taken)) return { denial: heldElsewhere(taken) }
    return { hold: { ...taken, until: () => Math.min(taken.until(), alone.until()) } }
  } catch (error) {
    return { denial: storeAway(error) }
  }
}

/** What a pass has taken for itself alone, it gives back at its end. The leases of its run stay. */
export async function endAlone(pass: Pass): Promise<void> {
  await pass.seam.host.leases.releaseAlone(pass.admission.runId, nameOf(pass)).catch(() => undefined)
}

function nameOf({ seam: { activity, attempt } }: Pass): string {
  return `${activity}@${attempt}`
}

function patienceOf(plans: readonly Plan[]): number {
  const values = plans.map(({ policy }) => policy['leasePatience']?.value)
  return Math.min(...values.filter((value) => typeof value === 'number'), PATIENCE_MS)
}

function heldElsewhere({ resource, heldBy }: Refusal): Denial {
  const message = `another run holds \`${resource}\`: ${heldBy}`
  const next = `wait for it, or look at it: runproof show ${heldBy}`
  return { by: 'lease', unknown: false, message, verdicts: [], next }
}

function unknownNames(why: string): Denial {
  const message = `nobody can tell over which resources this effect must be alone: ${why}`
  return { by: 'lease', unknown: true, message, verdicts: [], next: 'find out why the authority does not answer' }
}

function storeAway(error: unknown): Denial {
  const message = `the store of the leases cannot be used: ${messageOf(error, 'no reason given')}`
  return { by: 'lease', unknown: true, message, verdicts: [], next: 'look at `runproof doctor`' }
}
