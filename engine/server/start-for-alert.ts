import type { Alert } from '../../schemas/alertmanager.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { AlertTrigger } from '../../schemas/plan.ts'
import type { Trigger } from '../../schemas/run.ts'
import { isMoment } from '../core/cel.ts'
import { checkInputs } from '../host/run-inputs.ts'
import type { Start } from '../host/start-run.ts'
import { chooseRunbook } from './choose-runbook.ts'
import type { Chosen, Runbooks } from './choose-runbook.ts'

/** How long an occurrence of an alert is certainly remembered; an older one is not taken (G37). */
export const RETENTION_MS = 30 * 86_400_000

/** What is known when an alert arrives. */
export interface Known {
  readonly runbooks: Runbooks
  /** How long occurrences are remembered: an older alert could have been handled and forgotten (G37). */
  readonly retentionMs: number
}

/** The start that an alert asks for. */
export interface Wanted {
  readonly runbook: string
  readonly start: Start
  readonly coolDownMs?: number
}

/** Why an alert asks for none. */
export interface NotWanted {
  readonly result: 'no-runbook' | 'refused' | 'too-old'
  readonly runbook?: string
  readonly detail?: string
}

/** The start that an alert asks for, or why it asks for none: which runbook, with which inputs. Nothing is started here. */
export function startFor(alert: Alert, warnings: readonly string[], known: Known): Wanted | NotWanted {
  const chosen = chooseRunbook(alert, known.runbooks)
  if (chosen === undefined) return { result: 'no-runbook' }
  if (typeof chosen === 'string') return { result: 'refused', detail: chosen }
  const runbook = chosen.plan.runbook.id
  const obstacle = obstacleOf(alert, known.retentionMs)
  if (obstacle !== undefined) return { runbook, ...obstacle }
  const checked = checkInputs(chosen.plan, mapped(chosen.trigger, alert))
  if ('problems' in checked) return { runbook, result: 'refused', detail: checked.problems.join('; ') }
  const { coolDownMs } = chosen.trigger
  const trigger = triggerOf(alert, warnings, chosen)
  const start = { plan: chosen.plan, planDigest: chosen.digest, inputs: checked.inputs, trigger }
  return { runbook, start, ...(coolDownMs === undefined ? {} : { coolDownMs }) }
}

function obstacleOf(alert: Alert, retentionMs: number): NotWanted | undefined {
  const refused = (detail: string) => ({ result: 'refused', detail }) as const
  if (!isMoment(alert.startsAt)) return refused('`startsAt` is not a time in RFC 3339')
  if (!isWellFormed(alert)) return refused('its text is not well-formed Unicode')
  if (Date.now() - Date.parse(alert.startsAt) <= retentionMs) return undefined
  return { result: 'too-old', detail: `it began longer ago than occurrences are remembered (${days(retentionMs)})` }
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
function mapped({ map }: AlertTrigger, { labels }: Alert): Record<string, string> {
  const pairs = Object.entries(map).flatMap(([input, label]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined
    return value === undefined ? [] : [[input, value] as const]
  })
  return Object.fromEntries(pairs)
}

function triggerOf(alert: Alert, warnings: readonly string[], { trigger: { mode } }: Chosen): Trigger {
  return { kind: 'alert', occurrence: occurrenceOf(alert), alert: alert satisfies JsonObject, warnings, mode }
}

/** An occurrence as a run knows it: this alert, firing since that moment. */
export function occurrenceOf({ fingerprint, startsAt }: Pick<Alert, 'fingerprint' | 'startsAt'>): string {
  return `${fingerprint}|${startsAt}`
}
