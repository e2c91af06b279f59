import type { Alert } from '../../schemas/alertmanager.ts'
import { alertKey, handleOnce } from '../host/occurrences.ts'
import type { Handled, Handling } from '../host/occurrences.ts'
import { takeResolved } from './resolved.ts'
import { startFor } from './start-for-alert.ts'
import type { Known } from './start-for-alert.ts'

/** Every way in which an alert is decided. `failed` is the only one that is not durable: it must be sent again. */
export const RESULTS = [
  'started',
  'merged',
  'already-handled',
  'cooling-down',
  'no-runbook',
  'resolved',
  'too-old',
  'refused',
  'failed',
] as const

/** What was decided about one alert. */
export interface Decision {
  readonly fingerprint: string
  readonly startsAt: string
  readonly result: (typeof RESULTS)[number]
  readonly runbook?: string
  readonly runId?: string
  readonly detail?: string
}

/** What alerts are decided with. */
export interface Deciding extends Handling, Known {}

/** Decides one alert alone (G38): which runbook, with which inputs, and whether it was handled before. */
export async function decideAlert(alert: Alert, warnings: readonly string[], deciding: Deciding): Promise<Decision> {
  const { fingerprint, startsAt, status } = alert
  const decided = { fingerprint, startsAt }
  const wanted = startFor(alert, warnings, deciding)
  if (status === 'resolved') return { ...decided, result: 'resolved', ...(await takeResolved(alert, wanted, deciding)) }
  if (!('start' in wanted)) return { ...decided, ...wanted }
  const { start, runbook, coolDownMs } = wanted
  const occurrence = { key: alertKey(alert, runbook), ...(coolDownMs === undefined ? {} : { coolDownMs }) }
  const handled = await handleOnce(occurrence, start, deciding)
  if (handled.result !== 'cooling-down') return { ...decided, runbook, ...begun(handled) }
  const detail = `a run of the same key has just ended: this trigger starts none until ${handled.until}`
  return { ...decided, runbook, result: handled.result, detail }
}

function begun({
  result,
  runId,
  inPlaceOf,
}: Exclude<Handled, { readonly result: 'cooling-down' }>): Pick<Decision, 'result' | 'runId' | 'detail'> {
  const gone = inPlaceOf === undefined ? {} : { detail: `in place of ${inPlaceOf}, which only observed` }
  return { result, runId, ...gone }
}
