import type { Alert } from '../../schemas/alertmanager.ts'
import { alertKey } from '../host/occurrences.ts'
import type { Handling } from '../host/occurrences.ts'
import { tellResolved } from '../host/occurrences-resolved.ts'
import { workflowIdOf } from '../host/run-id.ts'
import { occurrenceOf } from './start-for-alert.ts'
import type { NotWanted, Wanted } from './start-for-alert.ts'

/** What becomes of an alert that has ended: the live run that carries it is told, and nothing is started (G37). */
export async function takeResolved(
  alert: Alert,
  wanted: Wanted | NotWanted,
  handling: Handling,
): Promise<{ readonly runbook?: string; readonly runId?: string }> {
  if (!('start' in wanted)) return {}
  const { runbook, start } = wanted
  const resolved = {
    key: alertKey(alert, runbook),
    occurrence: occurrenceOf(alert),
    workflowId: workflowIdOf(start.plan, start.inputs),
  }
  const runId = await tellResolved(resolved, handling)
  return runId === undefined ? { runbook } : { runbook, runId }
}
