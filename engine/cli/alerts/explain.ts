import { openStore } from '../../../evidence/store.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { Alert, Notification } from '../../../schemas/alertmanager.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { TriggerMode } from '../../../schemas/plan.ts'
import { readConfig } from '../../host/config.ts'
import { readJsonFile } from '../../host/facts-file.ts'
import { recallBegun } from '../../host/occurrence-memory.ts'
import { alertKey } from '../../host/occurrences.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { workflowIdOf } from '../../host/run-id.ts'
import { parseNotification } from '../../server/alerts.ts'
import { Problem } from '../../server/problem.ts'
import { RETENTION_MS, startFor } from '../../server/start-for-alert.ts'
import type { Known } from '../../server/start-for-alert.ts'
import { soundCatalogue } from '../catalogue.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { print, printJson } from '../terminal.ts'
import { explainedText } from '../view/alert-text.ts'

/** What would become of one alert. */
export interface Explained {
  readonly alertname: string
  readonly fingerprint: string
  readonly startsAt: string
  readonly status: Alert['status']
  readonly result: 'would-start' | 'already-handled' | 'resolved' | 'no-runbook' | 'refused' | 'too-old'
  readonly runbook?: string
  readonly mode?: TriggerMode
  /** One run of it is live at a time: the alert starts it, or is merged into it. */
  readonly workflowId?: string
  readonly inputs?: JsonObject
  readonly coolDownMs?: number
  readonly runId?: string
  readonly detail?: string
}

/** Tells for each alert of a message which runbook it would start, with which inputs, or why none. Nothing is started. */
export async function explainAlerts({ folder, args: [file = ''], options }: Call<{ json?: true }>): Promise<Exit> {
  const config = readConfig(folder)
  const { runbooks } = await soundCatalogue(config)
  const { alerts } = notificationIn(await readJsonFile(file))
  const at = { runbooks, retentionMs: RETENTION_MS, store: openStore(config.evidence) }
  const explained = await Promise.all(alerts.map(async (alert) => explain(alert, at)))
  if (options.json === true) printJson(explained)
  else for (const line of explained.flatMap(explainedText)) print(line)
  return EXIT.ok
}

function notificationIn(body: unknown): Notification {
  try {
    return parseNotification(body)
  } catch (error) {
    if (error instanceof Problem)
      throw new OperatorError('RP0006', `this is no notification: ${error.message}`, error.hint)
    throw error
  }
}

async function explain(alert: Alert, at: Known & { readonly store: EvidenceStore }): Promise<Explained> {
  const { fingerprint, startsAt, status, labels } = alert
  const named = { alertname: labels['alertname'] ?? '', fingerprint, startsAt, status }
  const wanted = startFor(alert, [], at)
  if (!('start' in wanted)) return { ...named, ...wanted }
  const { runbook, start, coolDownMs } = wanted
  const begun = await recallBegun(at.store, alertKey(alert, runbook))
  const { trigger, plan, inputs } = start
  const mode = trigger.kind === 'alert' ? trigger.mode : undefined
  return {
    ...named,
    result: status === 'resolved' ? 'resolved' : begun === undefined ? 'would-start' : 'already-handled',
    runbook,
    ...(mode === undefined ? {} : { mode }),
    workflowId: workflowIdOf(plan, inputs),
    inputs,
    ...(coolDownMs === undefined ? {} : { coolDownMs }),
    ...(begun === undefined ? {} : { runId: begun.runId }),
  }
}
