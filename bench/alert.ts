import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APP } from './platform.ts'
import type { Stage } from './stage.ts'

/** An alert that was taken, and when its sender knew. */
export interface Accepted {
  readonly runId: string
  readonly workflowId: string
  /** Milliseconds since 1970, with fractions. */
  readonly at: number
}

/** Posts a notification to the webhook as Alertmanager does; throws where it starts no run. */
export async function sendAlert({ folder, processes }: Stage, environment: string): Promise<Accepted> {
  const [token = ''] = readFileSync(join(folder, '.runproof', 'webhook-token'), 'utf8').split('\n')
  const response = await fetch(`${processes.serverUrl}/v1/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(notification(environment)),
  })
  const at = performance.timeOrigin + performance.now()
  const { alerts = [] } = (await response.json()) as { alerts?: { result: string; runId?: string }[] }
  const [alert] = alerts
  if (!response.ok || alert?.result !== 'started' || alert.runId === undefined)
    throw new Error(`the webhook answered ${response.status} ${JSON.stringify(alerts)}`)
  return { runId: alert.runId, workflowId: `bad-deploy/${environment}/${APP}`, at }
}

function notification(environment: string): object {
  const labels = { alertname: 'ErrorBudgetFastBurn', environment, app: APP, severity: 'page' }
  const fingerprint = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16)
  const alert = { status: 'firing', labels, startsAt: new Date().toISOString(), fingerprint }
  return { version: '4', status: 'firing', commonLabels: labels, alerts: [alert] }
}
