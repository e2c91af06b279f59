import type { EffectResult } from '../../schemas/run.ts'
import { Elsewhere } from './ports.ts'
import { activityId } from './run.ts'
import type { Completed, Run } from './run.ts'
import { noteReceipts, noteUndone } from './receipts.ts'

/** Runs that were taking steps back before this could go on in another execution are replayed as they were. */
export const UNDO_MOVES = 'undo-moves'

/**
 * Takes back what was done, last first, each through the door (G24): all of it, or what a callee did. Throws `Elsewhere` where
 * another execution goes on with it.
 */
export async function undoSince(run: Run, callee?: string): Promise<void> {
  const { whole, ledger } = run
  ledger.phase('undoing')
  // What this execution did comes first; what others did is brought back when it is their turn.
  const isInTurn = whole.kept.length > 0 && (run.ports.knows?.(UNDO_MOVES) ?? true)
  if (!isInTurn) await recallAll(run)
  await undoInTurn(run, callee)
  if (callee !== undefined) ledger.phase('running')
}

async function undoInTurn(run: Run, callee: string | undefined): Promise<void> {
  const { whole } = run
  for (;;) {
    const done = whole.completed.findLast((step) => isToUndo(step, callee))
    if (done === undefined && whole.kept.length === 0) return
    if (done === undefined) await recallNewest(run)
    else if (isFull(run)) return giveUp(run, done, callee)
    else {
      const now = await undo(run, done)
      // Callees side by side may stop together: so each place is looked up again.
      whole.completed[whole.completed.indexOf(done)] = { ...done, now }
    }
  }
}

function isToUndo({ step, undo, now }: Completed, callee: string | undefined): boolean {
  return (callee === undefined || step.startsWith(`${callee}.`)) && undo !== undefined && now === 'stands'
}

/** Is there no room left to take a step back? Throws `Elsewhere` where there is room in another execution. */
function isFull(run: Run): boolean {
  const pace = run.ports.undoPace?.(run.stopped !== undefined) ?? 'go'
  if (pace === 'elsewhere') {
    // What was taken back is done with: only what stands goes along.
    const { completed } = run.whole
    completed.splice(0, completed.length, ...completed.filter(({ now }) => now !== 'undone'))
    throw new Elsewhere('the run goes on in another execution')
  }
  return pace === 'full'
}

/** What was not taken back so far stays, and the run ends while it can still say so. */
function giveUp(run: Run, last: Completed, callee: string | undefined): void {
  const { completed, kept } = run.whole
  const step = `${last.step}-undo`
  run.ledger.stepStarts(step, 'do')
  run.ledger.enter({ kind: 'undo', step, activity: activityId(run, step), result: NO_ROOM })
  run.ledger.stepEnds(step, 'failed', NO_ROOM.message)
  for (const [at, done] of completed.entries())
    if (isToUndo(done, callee)) completed[at] = { ...done, now: 'not-undone' }
  const earlier = { step: `${run.prefix}what executions ${kept.join(', ')} did`, undo: { unknown: NO_ROOM.message } }
  if (kept.length > 0) completed.unshift({ ...earlier, now: 'not-undone' })
}

const NO_ROOM = {
  status: 'failed',
  message:
    'there is no room for it: the history of this run is nearly as long as Temporal allows, and the run carries too much to go on ' +
    'in another execution; nothing that was done before it is taken back either',
  evidence: {},
} satisfies EffectResult

/** Brings back what earlier executions of this run have completed, once for all who ask. */
export async function recallAll({ whole }: Run): Promise<void> {
  whole.recalling ??= recalled(whole).finally(() => {
    whole.recalling = undefined
  })
  await whole.recalling
}

async function recalled(whole: Run['whole']): Promise<void> {
  const earlier: Completed[] = []
  for (const execution of whole.kept) earlier.push(...((await whole.ports.recall?.(execution)) ?? []))
  whole.kept = []
  whole.completed.unshift(...earlier)
}

/** Brings back what the newest of them has completed. */
async function recallNewest({ whole }: Run): Promise<void> {
  whole.recalling ??= newestRecalled(whole).finally(() => {
    whole.recalling = undefined
  })
  await whole.recalling
}

async function newestRecalled(whole: Run['whole']): Promise<void> {
  const execution = whole.kept.at(-1)
  if (execution === undefined) return
  const earlier = (await whole.ports.recall?.(execution)) ?? []
  whole.kept = whole.kept.filter((one) => one !== execution)
  whole.completed.unshift(...earlier)
}

async function undo(run: Run, done: Completed): Promise<Completed['now']> {
  const step = `${done.step}-undo`
  run.ledger.stepStarts(step, 'do')
  const result = await perform(run, done, step)
  const undone = result.status === 'done' || result.status === 'already-done'
  if (undone) noteUndone(run, done.step)
  run.ledger.stepEnds(step, undone ? 'done' : result.status, detailOf(result))
  return undone ? 'undone' : 'not-undone'
}

async function perform(run: Run, { undo: planned }: Completed, step: string): Promise<EffectResult> {
  const activity = activityId(run, step)
  const result =
    planned === undefined || 'unknown' in planned
      ? notKnown(planned?.unknown ?? 'nothing says how')
      : await run.ports.perform({ step, activity, round: 0, ...planned, undo: true })
  run.ledger.enter({ kind: 'undo', step, activity, result })
  if (planned !== undefined && 'action' in planned && (result.status === 'done' || result.status === 'already-done'))
    noteReceipts(run, { step, ...planned }, result)
  return result
}

function notKnown(message: string): EffectResult {
  return { status: 'failed', message: `what it goes back to is unknown: ${message}`, evidence: {} }
}

function detailOf(result: EffectResult): string | undefined {
  if (result.status === 'denied') return result.denial.message
  return 'message' in result ? result.message : undefined
}
