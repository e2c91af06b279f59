import type { RunState, StepResult } from '../../../schemas/run.ts'
import { pad, paint, plain } from '../terminal.ts'

const UNDER_WAY: Readonly<Record<string, string>> = { pending: '·', running: '▸', waiting: '?', skipped: '–' }

const STOPS: readonly StepResult[] = [
  'denied',
  'failed',
  'timed-out',
  'cancelled',
  'effect-unknown',
  'unknown',
  'mixed',
]

/** Ids of items in loops may be long. */
const WIDEST = 40

/** One step: mark, id, result, time, and what there is to say. */
export function stepLine(
  shown: { readonly step: string; readonly result: StepResult; readonly detail?: string },
  { steps }: Pick<RunState, 'steps'>,
): string {
  const widest = Math.min(
    steps.reduce((most, { id }) => Math.max(most, id.length), shown.step.length),
    WIDEST,
  )
  const result = pad(shown.result, 10)
  const took = paint('dim', durationOf(shown.step, steps).padStart(8))
  const detail = shown.detail === undefined ? '' : `  ${plain(shown.detail)}`
  const painted = STOPS.includes(shown.result) ? paint('red', result) : result
  return `  ${markOf(shown.result)} ${pad(shown.step, widest)}  ${painted} ${took}${detail}`.trimEnd()
}

function markOf(result: StepResult): string {
  const underWay = UNDER_WAY[result]
  if (underWay !== undefined) return paint('dim', underWay)
  return STOPS.includes(result) ? paint('red', '✗') : paint('green', '✓')
}

function durationOf(id: string, steps: RunState['steps']): string {
  const { startedAt, endedAt } = steps.find((step) => step.id === id) ?? {}
  return startedAt === undefined || endedAt === undefined ? '' : seconds(Date.parse(endedAt) - Date.parse(startedAt))
}

/** A time span for people: `0.4 s`, `3 min 5 s`. */
export function seconds(ms: number): string {
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
