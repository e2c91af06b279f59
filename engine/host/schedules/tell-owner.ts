import type { Host } from '../host.ts'
import type { Logger } from '../log.ts'
import type { ScheduledStart } from './fire.ts'
import type { Schedule } from './schedule.ts'

/** What the owner of a schedule is told with. */
export interface Telling extends Pick<Host, 'config' | 'definitions' | 'connections'> {
  readonly log: Logger
}

/** Tells the runbook's owner that a schedule could not be carried out, or not wholly: there is no run that could say so (G40). */
export async function tellOwner({ plan }: Schedule, starts: readonly ScheduledStart[], host: Telling): Promise<void> {
  const webhook = host.definitions.get('notify.webhook')
  if (webhook?.kind !== 'action' || host.config.connections['notify'] === undefined) return
  const { id, owner } = plan.runbook
  const context = await host.connections.context({
    idempotencyKey: `schedule/${id}/${starts[0]?.time ?? ''}`,
    signal: AbortSignal.timeout(webhook.timeoutMs),
  })
  const message = `[${id}] its schedule ${failureText(starts)} (runproof doctor)`
  await webhook.perform({ run: id, roles: [owner], message }, context).catch((error: unknown) => {
    host.log.warn({ runbook: id, problem: String(error) }, 'the owner of a schedule could not be told')
  })
}

const BEGUN: readonly ScheduledStart['result'][] = ['started', 'merged', 'already-handled']

/** The first failure says why; a run of another item goes on all the same. */
function failureText(starts: readonly ScheduledStart[]): string {
  const failures = starts.filter(({ result }) => result === 'failed')
  const [{ item = '', detail = '' } = {}] = failures
  const what = starts.some(({ result }) => BEGUN.includes(result)) ? 'could not start everything' : 'started nothing'
  const others = failures.length > 1 ? `; ${failures.length - 1} more failed` : ''
  return `${what}: ${item === '' ? '' : `${item}: `}${detail}${others}`
}
