import { listRuns } from '../host/runs.ts'
import type { RunSummary } from '../host/runs.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { sealedRuns } from './sealed-runs.ts'
import type { SealedRun } from './sealed-runs.ts'
import { atStation } from './station.ts'
import { plain, print, printJson, say } from './terminal.ts'
import { table } from './view/table.ts'

/** A run in the list. */
export interface Line {
  readonly runId: string
  readonly runbook: string
  readonly startedAt: string
  /** How it ended; of a live run whether it is running, waiting or paused; else Temporal's word. */
  readonly state: string
  readonly sealed: boolean
}

/** Lists runs: all that are under way, then those that ended, which Temporal knows or which are sealed, up to the limit. */
export async function runs({ folder, options }: Call<{ limit: string; json?: true }>): Promise<Exit> {
  const limit = countOf(options.limit)
  const { known, all } = await allRuns(folder, limit)
  const { lines, more } = chosenOf(known, limit)
  if (options.json === true) printJson(lines)
  else if (lines.length === 0)
    print(all ? 'there are no runs yet; start one: runproof run <runbook>' : 'no run is sealed here')
  else for (const line of table(['RUN', 'RUNBOOK', 'STARTED', 'STATE'], lines.map(cellsOf))) print(line)
  // Other programs read lines of JSON: there it is said beside them.
  if (more) (options.json === true ? say : print)(moreText(limit))
  return EXIT.ok
}

const MOST = 99_999

function countOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new OperatorError('RP0002', `\`${echoed(text)}\` is no number of runs`, 'write it so: --limit 50')
}

/** Runs that are under way, and those that are not, as far as they were asked for. */
export interface Known {
  readonly live: readonly Line[]
  readonly ended: readonly Line[]
}

/** All runs that are under way, newest first, then the newest of those that ended; and whether more of these exist. */
export function chosenOf({ live, ended }: Known, limit: number): { lines: Line[]; more: boolean } {
  const lines = [...newestFirst(live), ...newestFirst(ended).slice(0, limit)]
  return { lines, more: ended.length > limit }
}

function newestFirst(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

/** What there is to type where not all that ended are listed. */
export function moreText(limit: number): string {
  const wider = `runproof runs --limit ${Math.min(MOST, limit * 10)}`
  return `more runs have ended than these ${limit}: ${limit === MOST ? 'runproof evidence list' : wider}`
}

/** `all`: nobody is missing, since Temporal was asked too. */
async function allRuns(folder: string, limit: number): Promise<{ known: Known; all: boolean }> {
  const sealed = await sealedRuns(folder)
  // One more than is shown: so it is known that there are more.
  const listed = await atStation(folder, async ({ client }) => listRuns(client, { limit: limit + 1 })).catch(noneLive)
  return { known: knownOf(listed ?? [], sealed), all: listed !== undefined }
}

/** A run that is sealed has ended, also while its workflow is just closing. */
export function knownOf(listed: readonly RunSummary[], sealed: readonly SealedRun[]): Known {
  const bundles = new Map(sealed.map((run) => [run.runId, run]))
  const told = new Set(listed.map(({ runId }) => runId))
  const isLive = ({ runId, closedAt }: RunSummary) => closedAt === undefined && !bundles.has(runId)
  const lined = (run: RunSummary) => lineOf(run, bundles.get(run.runId)?.outcome)
  const forgotten = sealed.filter(({ runId }) => !told.has(runId)).map(sealedLine)
  return {
    live: listed.filter(isLive).map(lined),
    ended: [...listed.filter((run) => !isLive(run)).map(lined), ...forgotten],
  }
}

function sealedLine({ outcome, ...run }: SealedRun): Line {
  return { ...run, state: outcome, sealed: true }
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
