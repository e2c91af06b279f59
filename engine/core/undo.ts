import type { EffectResult } from '../../schemas/run.ts'
import { activityId } from './run.ts'
import type { Completed, Run } from './run.ts'
import { noteReceipts, noteUndone } from './receipts.ts'

/** Takes back what was done, last first, each through the door (G24): all of it, or what a callee did. */
export async function undoSince(run: Run, callee?: string): Promise<void> {
  const { completed, ledger } = run.whole
  ledger.phase('undoing')
  await recallAll(run)
  const ours = completed.filter(({ step }) => callee === undefined || step.startsWith(`${callee}.`))
  // Callees side by side may stop together: so each place is looked up again.
  for (const done of ours.filter(({ undo, now }) => undo !== undefined && now === 'stands').reverse()) {
    const now = await undo(run, done)
    completed[completed.indexOf(done)] = { ...done, now }
  }
  if (callee !== undefined) ledger.phase('running')
}

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
