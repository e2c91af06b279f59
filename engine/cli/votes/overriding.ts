import { OperatorError } from '../../host/operator-error.ts'
import { LONGEST_OVERRIDE_MS } from '../../host/votes/in-force.ts'
import type { Call } from '../program.ts'
import type { VoteOptions } from '../vote.ts'
import { typed } from '../whole-command.ts'

/** What an override takes beside what every vote takes. */
export interface Overriding extends VoteOptions {
  readonly rule?: string
  readonly item?: string
}

/**
 * The rule that is overridden. Refuses an override that could not count, also as a draft, with all that it lacks: it is said when
 * there is little time. A draft that is handed in has its reason and its end.
 */
export function overriddenRule({ args, options }: Call<Overriding>, holdsForMs = 0): string {
  const { rule, reason, for: end, signed } = options
  const needed = { rule, ...(signed === undefined ? { reason, for: end } : {}) }
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [`\`--${name}\``] : []))
  if (rule === undefined || missing.length > 0)
    throw refused(`an override lacks ${missing.join(', ')}`, wholeOverride(args[0] ?? '', options))
  if (holdsForMs > LONGEST_OVERRIDE_MS)
    throw refused('an override holds for 24 hours at most', 'write `--for 30m` or `--for 1h`')
  return rule
}

/** The command as it was said, with a place for what is missing. */
function wholeOverride(runId: string, options: Overriding): string {
  const { rule, item, reason, for: end, step, role, key, as, draft, signed } = options
  const places = { rule: '<id>', ...(signed === undefined ? { reason: '"…"', for: '1h' } : {}) }
  const given = Object.entries({ rule, item, reason, for: end, step, role, key, as, draft, signed })
  const words = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, typed(value)] as const]))
  const whole = Object.entries<string>({ ...places, ...Object.fromEntries(words) })
  return ['runproof override', runId, ...whole.map(([name, word]) => `--${name} ${word}`)].join(' ')
}

function refused(message: string, hint: string): OperatorError {
  return new OperatorError('RP0002', message, hint)
}
