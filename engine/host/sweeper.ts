import { parseStart, STARTED } from '../../evidence/start.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import type { Outcome, RunInput, RunState, SealRequest } from '../../schemas/run.ts'
import { NAMES } from '../../schemas/run.ts'
import { messageOf } from './carriable.ts'
import { currentExecution } from './executions.ts'
import { lastExecutionOf } from './last-execution.ts'
import { sweepLeases } from './leases/sweep.ts'
import { sealRun } from './sealing.ts'
import type { SealingOffice } from './sealing.ts'

/** Seals, again and again, runs whose workflow ended without a bundle: terminated, timed out, or stuck (G27). */
export function sweepEvery(ms: number, office: SealingOffice): { stop(): void } {
  const once = async (): Promise<void> => {
    const given = office.leases === undefined ? [] : await sweepLeases(office.leases, office).catch(() => [])
    if (given.length > 0) office.log.info({ runs: given }, 'gave back the leases of runs that have ended')
    await sweep(office).catch((error: unknown) => office.log.warn({ problem: String(error) }, 'the sweep failed'))
  }
  let sweeping = Promise.resolve()
  const timer = setInterval(() => {
    sweeping = sweeping.then(once)
  }, ms)
  return { stop: () => clearInterval(timer) }
}

/** One sweep; answers with the runs that it sealed. A run that cannot be sealed keeps no other from being so. */
export async function sweep(office: SealingOffice): Promise<string[]> {
  const sealed = new Set(await office.sealing.store.bundles())
  const swept: string[] = []
  for (const runId of await office.sealing.store.runs()) {
    if (sealed.has(runId)) continue
    const done = await sealAbandoned(runId, office).catch((error: unknown) => {
      office.log.warn({ run: runId, problem: messageOf(error, 'no reason given') }, 'a run was not swept')
      return false
    })
    if (done) swept.push(runId)
  }
  return swept
}

async function sealAbandoned(runId: string, office: SealingOffice): Promise<boolean> {
  const bytes = await office.sealing.store.read(runId, STARTED)
  if (bytes === undefined) return false
  const started = parseStart(bytes)
  const handle = await lastExecutionOf(office.client, started.workflow)
  const { status, closeTime } = await handle.describe()
  if (closeTime === undefined) return false
  // A run that ended well was sealed before it closed: looked at only now, its bundle is there.
  if ((await office.sealing.store.bundles()).includes(runId)) return false
  const request = await lastWords(started, { handle, how: status.name, closedAt: closeTime.toISOString() })
  if (request === undefined) return false
  const temporalRunId = await currentExecution(office.sealing.store, started)
  await sealRun(request, { ...started.workflow, temporalRunId }, office)
  return true
}

type Handle = ReturnType<SealingOffice['client']['workflow']['getHandle']>

/** What can still be said of a run that was cut off: its entries, where a worker can tell them, and how it ended. */
async function lastWords(
  started: StartRecord,
  end: { handle: Handle; how: string; closedAt: string },
): Promise<SealRequest | undefined> {
  const input = await inputOf(end.handle)
  if (input === undefined) return undefined
  const entries = await end.handle.query<RunState>(NAMES.stateQuery).then(
    (state) => state.entries,
    () => [],
  )
  const message = `the workflow ended as ${end.how} before the run could say how it ended`
  const outcome: Outcome = {
    name: 'failed-unsafe',
    as: 'failed-unsafe',
    claims: [],
    message,
    tell: [input.plan.runbook.owner],
    left: [],
  }
  return { ...input, outcome, entries, startedAt: started.at, finishedAt: end.closedAt }
}

async function inputOf(handle: Handle): Promise<RunInput | undefined> {
  const history = await handle.fetchHistory()
  const payload = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]
  return payload?.data == null ? undefined : (JSON.parse(Buffer.from(payload.data).toString('utf8')) as RunInput)
}
