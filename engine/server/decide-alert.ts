import type { Alert } from '../../schemas/alertmanager.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { TriggerPlan } from '../../schemas/plan.ts'
import type { Trigger } from '../../schemas/run.ts'
import { isMoment } from '../host/input-schema.ts'
import { handleOnce } from '../host/occurrences.ts'
import type { Handling } from '../host/occurrences.ts'
import { checkInputs } from '../host/run-inputs.ts'
import { chooseRunbook } from './choose-runbook.ts'
import type { Chosen, Runbooks } from './choose-runbook.ts'

/** Every way in which an alert is decided. `failed` is the only one that is not durable: it must be sent again. */
export const RESULTS = [
  'started',
  'merged',
  'already-handled',
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
export interface Deciding extends Handling {
  readonly runbooks: Runbooks
  /** How long occurrences are remembered: an older alert could have been handled and forgotten (G37). */
  readonly retentionMs: number
}

/** Decides one alert alone (G38): which runbook, with which inputs, and whether it was handled before. */
export async function decideAlert(alert: Alert, warnings: readonly string[], deciding: Deciding): Promise<Decision> {
  const { fingerprint, startsAt, status } = alert
  const decided = { fingerprint, startsAt }
  if (status === 'resolved') return { ...decided, result: 'resolved' }
  const chosen = chooseRunbook(alert, deciding.runbooks)
  if (chosen === undefined) return { ...decided, result: 'no-runbook' }
  if (typeof chosen === 'string') return { ...decided, result: 'refused', detail: chosen }
  const runbook = chosen.plan.runbook.id
  const obstacle = obstacleOf(alert, chosen, deciding.retentionMs)
  if (obstacle !== undefined) return { ...decided, runbook, ...obstacle }
  const checked = checkInputs(chosen.plan, mapped(chosen.trigger, alert))
  if ('problems' in checked) return { ...decided, runbook, result: 'refused', detail: checked.problems.join('; ') }
  const start = {
    plan: chosen.plan,
    planDigest: chosen.digest,
    inputs: checked.inputs,
    trigger: triggerOf(alert, warnings),
  }
  return { ...decided, runbook, ...(await handleOnce({ fingerprint, startsAt, runbook }, start, deciding)) }
}

function obstacleOf(
  alert: Alert,
  { trigger }: Chosen,
  retentionMs: number,
): Pick<Decision, 'result' | 'detail'> | undefined {
  const refused = (detail: string) => ({ result: 'refused', detail }) as const
  if (!isMoment(alert.startsAt)) return refused('`startsAt` is not a time in RFC 3339')
  if (!isWellFormed(alert)) return refused('its text is not well-formed Unicode')
  const age = Date.now() - Date.parse(alert.startsAt)
  if (age > retentionMs)
    return { result: 'too-old', detail: `it began longer ago than occurrences are remembered (${days(retentionMs)})` }
  if (trigger.mode !== 'act')
    return refused(`its trigger says \`mode: ${trigger.mode}\`, which this version does not carry out`)
  return undefined
}

/** A lone surrogate has no bytes in UTF-8, so nothing could be signed over it. */
function isWellFormed({ labels, annotations, ...others }: Alert): boolean {
  const texts = [labels, annotations, others].flatMap((fields) => Object.entries(fields).flat())
  return texts.every((text) => text.isWellFormed())
}

function days(ms: number): string {
  return `${Math.floor(ms / 86_400_000)} days`
}

/** Labels reach inputs by the trigger's mapping alone (G36). */
function mapped({ map }: TriggerPlan, { labels }: Alert): Record<string, string> {
  const pairs = Object.entries(map).flatMap(([input, label]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined
    return value === undefined ? [] : [[input, value] as const]
  })
  return Object.fromEntries(pairs)
}

function triggerOf(alert: Alert, warnings: readonly string[]): Trigger {
  const { fingerprint, startsAt } = alert
  return { kind: 'alert', occurrence: `${fingerprint}|${startsAt}`, alert: alert satisfies JsonObject, warnings }
}
