import type { RunState, StepState } from '../../schemas/run.ts'

const MARKS: Readonly<Record<StepState['status'], string>> = {
  pending: '·',
  running: '▸',
  waiting: '?',
  skipped: '–',
  ended: '■',
}

/** So many rows are shown: of a long run, the newest. */
const ROWS = 100

/** The run as a Markdown table, for Temporal's own UI. Inputs that could be secret never stand here (G30). */
export function detailsOf(state: RunState): string {
  const left = Math.max(0, state.steps.length - ROWS)
  const rows = state.steps
    .slice(left)
    .map(({ id, kind, status, result }) => `| ${MARKS[status]} | ${id} | ${kind} | ${result ?? status} |`)
  return [
    `**${state.title}** · ${state.phase}${outcomeOf(state)}${left === 0 ? '' : ` · ${left} earlier steps not shown`}`,
    '',
    '| | step | kind | result |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function outcomeOf({ outcome }: RunState): string {
  return outcome === undefined ? '' : ` · ${outcome.name} (${outcome.as})`
}
