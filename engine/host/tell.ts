import { activityInfo } from '@temporalio/activity'
import type { TellRequest } from '../../schemas/run.ts'
import type { Host } from './host.ts'

/** Tells people through the configured receiver (G40). Throws where it should be tried again. */
export async function tellPeople(
  { admission, roles, event, message }: TellRequest,
  host: Host,
): Promise<{ delivered: boolean; detail?: string }> {
  const webhook = host.definitions.get('notify.webhook')
  if (webhook?.kind !== 'action') return { delivered: false, detail: 'there is no action notify.webhook' }
  if (host.config.connections['notify'] === undefined)
    return { delivered: false, detail: 'no connection `notify` is configured in runproof.yaml' }
  const { runId, runbook } = admission.admission
  const context = await host.connections.context({
    idempotencyKey: `${runId}/${activityInfo().activityId}`,
    signal: AbortSignal.timeout(webhook.timeoutMs),
  })
  const text = `[${runbook}] ${event === 'waiting' ? 'needs an answer' : 'has ended'}: ${message} (runproof why ${runId})`
  await webhook.perform({ run: runId, roles: [...roles], message: text }, context)
  return { delivered: true }
}
