import { parseArgs } from 'node:util'
import type { Client } from '@temporalio/client'
import type { CompiledRunbook } from '../../language/catalogue.ts'
import { readConfig } from '../../host/config.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { admit, begin, RunClosing, StartNotRecorded } from '../../host/start-run.ts'
import type { Start, Started } from '../../host/start-run.ts'
import { ofOtherCatalogues, pollersAt } from '../../host/workers.ts'
import { QUEUES } from '../../../schemas/run.ts'
import { runbookOf, soundCatalogue } from '../catalogue.ts'
import { timeOf } from '../doctor/temporal-clock.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { folderOf } from '../folder.ts'
import { identity } from '../identity.ts'
import type { Call } from '../program.ts'
import { admitting, atStation } from '../station.ts'
import type { Station } from '../station.ts'
import { paint, print, printJson, say } from '../terminal.ts'
import { trustOf } from '../trust-folder.ts'
import { followRun } from './follow.ts'
import { startOptions } from './inputs.ts'
import type { StartOptions } from './inputs.ts'

/** Starts a runbook and follows the run to its end, unless it is to be left alone; Ctrl-C leaves the run alive. */
export async function run({ folder, args, options: given }: Call<{ folder?: string }>): Promise<Exit> {
  const [named = '', ...rest] = args
  const working = folderOfRun(rest, given.folder) ?? folder
  const catalogue = await soundCatalogue(readConfig(working))
  const runbook = runbookOf(catalogue, named)
  const options = startOptions(runbook.plan, rest)
  return atStation(working, async (station) => {
    await tellOfOtherCatalogues(station, catalogue.digest)
    const started = await start(station, runbook, options)
    report(started, options)
    return options.detach ? EXIT.ok : followRun(station.client, started.runId, { ...options, trust: trustOf(working) })
  })
}

/** What was changed since a worker started is in the Plan of this run, but rules and windows hold as the worker has opened them. */
async function tellOfOtherCatalogues({ client }: Station, digest: string): Promise<void> {
  for (const worker of await workersOfOtherCatalogues(client, digest).catch(() => []))
    say(
      `note: the worker ${worker} has opened another catalogue than the one here; start it again for what was changed since`,
    )
}

/** The clock of Temporal is asked for only where there ever was such a worker: it says who of them is still there. */
async function workersOfOtherCatalogues(client: Client, digest: string): Promise<string[]> {
  const ever = ofOtherCatalogues(await pollersAt(client, QUEUES.runs, 0), digest)
  if (ever.length === 0) return []
  const { theirs } = await timeOf(client)
  return ofOtherCatalogues(await pollersAt(client, QUEUES.runs, theirs), digest)
}

/** As JSON, the first line says which run it is; where nobody follows it, what to type is said beside it. */
function report(started: Started, { json, detach }: StartOptions): void {
  if (json) printJson({ kind: 'started', ...started })
  else print(headline(started))
  if (detach) say(`follow it: runproof watch ${started.runId}`)
}

/** What stands behind the runbook's name belongs to its inputs; the folder is needed to know these. */
function folderOfRun(args: readonly string[], before: string | undefined): string | undefined {
  const options = { folder: { type: 'string' } } as const
  const { folder } = parseArgs({ args: [...args], options, strict: false }).values
  if (typeof folder !== 'string') return undefined
  if (before !== undefined)
    throw new OperatorError('RP0002', '`--folder` is given before the runbook and behind it', 'give `--folder` once')
  return folderOf(folder)
}

async function start(
  { client, state }: Station,
  { plan, digest }: CompiledRunbook,
  options: StartOptions,
): Promise<Started> {
  const { inputs, reason } = options
  const trigger = { kind: 'person' as const, by: identity(), ...(reason === undefined ? {} : { reason }) }
  const wanted: Start = { plan, planDigest: digest, inputs, trigger }
  const own = await admitting(state)
  return onceTaken(async () => begin(client, plan, await admit(wanted, own)))
}

const PATIENCE_MS = 30_000

/**
 * A run of the same key that is just closing takes no more: the next one starts as soon as it has. One that cannot record the
 * start takes it as soon as it can.
 */
async function onceTaken(attempt: () => Promise<Started>): Promise<Started> {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const overdue = overdueOf(error)
      if (overdue === undefined) throw error
      if (Date.now() > until) throw overdue
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** What to say where a start that may be sent again was not taken in time; undefined for every other error. */
export function overdueOf(error: unknown): OperatorError | undefined {
  if (error instanceof RunClosing)
    return new OperatorError('RP0305', error.message, 'look at it with `runproof runs`, then start again')
  if (error instanceof StartNotRecorded)
    return new OperatorError('RP0313', error.message, 'see whether a worker runs and can write: `runproof doctor`')
  return undefined
}

function headline({ runId, workflowId, merged, inPlaceOf }: Started): string {
  const instead = inPlaceOf === undefined ? '' : `, in place of ${inPlaceOf}, which only observed and was ended for it`
  if (!merged) return `run ${paint('bold', runId)}${instead}`
  return `${workflowId} runs already: this start was merged into run ${paint('bold', runId)}`
}
