import { listRuns } from '../host/runs.ts'
import type { RunSummary } from '../host/runs.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { sealedRuns } from './sealed-runs.ts'
import { atStation } from './station.ts'
import { plain, print, printJson, say } from './terminal.ts'
import { table } from './view/table.ts'

interface Line {
  readonly runId: string
  readonly runbook: string
  readonly startedAt: string
  /** How it ended; of a live run whether it is running, waiting or paused; else Temporal's word. */
  readonly state: string
  readonly sealed: boolean
}

/** Lists runs: those that Temporal knows, and sealed ones that it has forgotten. */
export async function runs({ folder, options }: Call<{ limit: string; json?: true }>): Promise<Exit> {
  const limit = countOf(options.limit)
  const { lines: found, all } = await allRuns(folder, limit)
  const lines = found.slice(0, limit)
  if (options.json === true) printJson(lines)
  else if (lines.length === 0)
    print(all ? 'there are no runs yet; start one: runproof run <runbook>' : 'no run is sealed here')
  else for (const line of table(['RUN', 'RUNBOOK', 'STARTED', 'STATE'], lines.map(cellsOf))) print(line)
  return EXIT.ok
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new OperatorError('RP0002', `\`${echoed(text)}\` is no number of runs`, 'write it so: --limit 50')
}

/** `all`: nobody is missing, since Temporal was asked too. */
async function allRuns(folder: string, limit: number): Promise<{ lines: Line[]; all: boolean }> {
  const sealed = await sealedRuns(folder)
  const listed = await atStation(folder, async ({ client }) => listRuns(client, { limit })).catch(noneLive)
  const live = latestOf(listed ?? [])
  const bundles = new Map(sealed.map((run) => [run.runId, run]))
  const known = new Set(live.map(({ runId }) => runId))
  const lines = [
    ...live.map((run) => lineOf(run, bundles.get(run.runId)?.outcome)),
    ...sealed
      .filter(({ runId }) => !known.has(runId))
      .map(({ outcome, ...run }) => ({ ...run, state: outcome, sealed: true })),
  ]
  return { lines: lines.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)), all: listed !== undefined }
}

/** A long run goes on in further executions: the newest says how it stands, the oldest when it began. */
function latestOf(listed: readonly RunSummary[]): RunSummary[] {
  const latest = new Map<string, RunSummary>()
  for (const run of listed) {
    const newer = latest.get(run.runId)
    latest.set(run.runId, newer === undefined ? run : { ...newer, startedAt: run.startedAt })
  }
  return [...latest.values()]
}

function noneLive(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error
  say(`only sealed runs are listed: ${error.message}`)
  return undefined
}

/** A live run waits, is paused, or goes on; one that has closed without an outcome was cut off: its Temporal state says how. */
function lineOf({ runId, runbook, startedAt, status, phase, outcome }: RunSummary, sealedAs: string | undefined): Line {
  const state = sealedAs ?? outcome ?? phase ?? status.toLowerCase()
  return { runId, runbook, startedAt, state, sealed: sealedAs !== undefined }
}

function cellsOf({ runId, runbook, startedAt, state, sealed }: Line): string[] {
  return [runId, runbook, startedAt.replace(/\.\d+Z$/, 'Z'), sealed ? state : `${state} (not sealed)`].map(plain)
}
