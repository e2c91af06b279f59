import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { notificationSchema } from '../../schemas/alertmanager.ts'
import type { Alert, Notification } from '../../schemas/alertmanager.ts'
import type { Logger } from '../host/log.ts'
import { readJson } from './body.ts'
import { decideAlert } from './decide-alert.ts'
import type { Deciding, Decision } from './decide-alert.ts'
import { describeFailure } from './failure.ts'
import type { Metrics } from './metrics.ts'
import { Problem, RETRY_SOON } from './problem.ts'
import { json } from './reply.ts'
import type { Reply } from './reply.ts'
import { isAuthorized } from './tokens.ts'

/** What the webhook works with. */
export interface Webhook extends Deciding {
  /** The tokens that are valid now. */
  tokens(): readonly string[]
  readonly log: Logger
  readonly metrics: Metrics
}

/** Alertmanager sends again after 15 s to a second receiver, and at the latest when its group's interval is over. */
const ANSWER_WITHIN_MS = 5_000

/**
 * Takes a notification of Alertmanager: each alert is decided alone, and the answer lists what was decided (G38). It is 2xx
 * only when every decision is durable; otherwise Alertmanager is asked to send again.
 */
export async function takeNotification(request: IncomingMessage, webhook: Webhook): Promise<Reply> {
  if (!isAuthorized(request.headers.authorization, webhook.tokens())) throw unauthorized()
  const notification = parseNotification(await readJson(request))
  const warnings = warningsOf(notification)
  const alerts = await decideAll(notification.alerts, warnings, webhook)
  report(notification, { alerts, warnings }, webhook)
  const again = alerts.some(({ result }) => result === 'failed')
  const reply = json(again ? 503 : 200, { alerts, warnings })
  return again ? { ...reply, headers: { ...reply.headers, ...RETRY_SOON } } : reply
}

function unauthorized(): Problem {
  return new Problem(
    'unauthorized',
    'this request carries no valid bearer token',
    'send `Authorization: Bearer` with a token of .runproof/webhook-token; in Alertmanager: `http_config: authorization`',
  )
}

/** The body of a request as a notification, or the problem that it has. */
export function parseNotification(body: unknown): Notification {
  const parsed = notificationSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${z.core.toDotPath(path) || 'the body'}: ${message}`)
  throw new Problem(
    'not-a-notification',
    issues.join('; '),
    'Runproof reads payload version 4, as Alertmanager sends it without a `payload` template',
  )
}

/** What was left out may be anything: it never widens what is done, but people must know. */
function warningsOf({ truncatedAlerts }: Notification): string[] {
  if (truncatedAlerts === 0) return []
  const left = truncatedAlerts === 1 ? 'one alert' : `${truncatedAlerts} alerts`
  return [
    `Alertmanager left ${left} of this group out of its message (truncatedAlerts): more may be firing than is listed`,
  ]
}

/** How many alerts of a message are decided at a time. */
const AT_ONCE = 8

async function decideAll(alerts: readonly Alert[], warnings: readonly string[], webhook: Webhook): Promise<Decision[]> {
  const decisions: Decision[] = []
  await webhook.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, async () => {
    for (let at = 0; at < alerts.length; at += AT_ONCE) {
      const some = alerts.slice(at, at + AT_ONCE)
      decisions.push(...(await Promise.all(some.map(async (alert) => decideSurely(alert, warnings, webhook)))))
    }
  })
  return decisions
}

/** One alert that cannot be decided now does not keep the others of its message from being decided. */
async function decideSurely(alert: Alert, warnings: readonly string[], webhook: Webhook): Promise<Decision> {
  const { fingerprint, startsAt } = alert
  try {
    return await decideAlert(alert, warnings, webhook)
  } catch (error) {
    const { detail, hint } = describeFailure(error)
    webhook.log.error({ fingerprint, startsAt, problem: String(error), hint }, 'an alert could not be decided')
    return { fingerprint, startsAt, result: 'failed', detail }
  }
}

interface Answer {
  readonly alerts: readonly Decision[]
  readonly warnings: readonly string[]
}

function report(
  { groupKey, truncatedAlerts }: Notification,
  { alerts, warnings }: Answer,
  { log, metrics }: Webhook,
): void {
  metrics.truncated.inc(truncatedAlerts)
  for (const { result } of alerts) metrics.alerts.inc({ result })
  for (const decision of alerts) log.info(decision, 'an alert was decided')
  for (const warning of warnings) log.warn({ groupKey }, warning)
}
