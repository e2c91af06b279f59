/**
 * Results that the engine gives a step by itself, whatever its kind: whoever is cancelled, is denied or fails has chosen nothing. A case, an
 * option or an outcome of such a name would be taken for it, and the run would go on as if somebody had decided so.
 */
const OWN = ['denied', 'failed', 'cancelled', 'effect-unknown', 'skipped', 'any'] as const

/** What no case, no option and no outcome may be called. */
export const OWN_RESULTS = {
  case: [...OWN, 'unknown', 'mixed'],
  option: [...OWN, 'timed-out'],
  outcome: [...OWN],
} as const
