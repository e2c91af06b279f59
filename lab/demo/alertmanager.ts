import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

interface Answer {
  readonly alerts: readonly { readonly result: string; readonly runId?: string; readonly detail?: string }[]
}

/** Posts a notification as a real Alertmanager sent it, with the labels set for the lab; answers with the run that it started. */
export async function notify(
  webhook: { readonly url: string; readonly token: string },
  labels: { readonly environment: string; readonly app: string },
): Promise<string> {
  const response = await fetch(webhook.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${webhook.token}`,
      'content-type': 'application/json',
      'user-agent': 'Alertmanager/0.25.0',
    },
    body: JSON.stringify(await notification(labels)),
  })
  const answer = (await response.json()) as Answer
  const [alert] = answer.alerts ?? []
  if (!response.ok || alert?.runId === undefined)
    throw new Error(`the webhook answered ${response.status}: ${JSON.stringify(answer)}`)
  console.log(`  ${response.status} ${JSON.stringify(alert)}`)
  return alert.runId
}

async function notification({ environment, app }: { environment: string; app: string }): Promise<object> {
  const recorded = JSON.parse(await readFile(new URL('../payloads/firing.json', import.meta.url), 'utf8')) as {
    alerts: [{ labels: object }]
  }
  const labels = { alertname: 'ErrorBudgetFastBurn', environment, app, severity: 'page' }
  const fingerprint = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16)
  const alert = {
    ...recorded.alerts[0],
    labels,
    fingerprint,
    startsAt: new Date().toISOString(),
    annotations: { summary: `${app} fails in ${environment}` },
  }
  return {
    ...recorded,
    alerts: [alert],
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: {},
  }
}
