import type { Host } from '../host.ts'
import type { Logger } from '../log.ts'
import type { ScheduledStart } from './fire.ts'
import type { Schedule } from './schedule.ts'

/** What the owner of a schedule is told with. */
export interface Telling extends Pick<Host, 'config' | 'definitions' | 'connections'> {
  readonly log: Logger
}

/** Tells the runbook's owner that a schedule could not be carried out: there is no run that could say so (G40). */
export async function tellOwner(
  { plan }: Schedule,
  { time, detail = '' }: ScheduledStart,
  host: Telling,
): Promise<void> {
  const webhook = host.definitions.get('notify.webhook')
  if (webhook?.kind !== 'action' || host.config.connections['notify'] === undefined) return
  const { id, owner } = plan.runbook
  const context = await host.connections.context({
    idempotencyKey: `schedule/${id}/${time}`,
    signal: AbortSignal.timeout(webhook.timeoutMs),
  })
  const message = `[${id}] its schedule started nothing: ${detail} (runproof doctor)`
  await webhook.perform({ run: id, roles: [owner], message }, context).catch((error: unknown) => {
    host.log.warn({ runbook: id, problem: String(error) }, 'the owner of a schedule could not be told')
  })
}
