import type { FactRecord } from '../../../schemas/fact.ts'
import type { FactPlan } from '../../../schemas/plan.ts'

/** Why a record that was read is still not fresh (G13): no round trip proven, or older than it may be, or of an age that cannot be. */
export function staleness(
  { fact, ageMs, roundTrip }: FactRecord,
  { maxAgeMs }: Pick<FactPlan, 'maxAgeMs'>,
): string | undefined {
  if (ageMs !== undefined && !(ageMs >= 0)) return `${fact}: stale: its source says that it is ${ageMs} ms old`
  if (maxAgeMs > 0 && ageMs !== undefined)
    return ageMs <= maxAgeMs ? undefined : `${fact}: stale: ${ageMs} ms old, ${maxAgeMs} ms allowed`
  return roundTrip ? undefined : `${fact}: stale: nothing proves that this came from the authority and not from a cache`
}
