import type { RunState, StepState } from '../../schemas/run.ts'

const MARKS: Readonly<Record<StepState['status'], string>> = {
  pending: '·',
  running: '▸',
  waiting: '?',
  skipped: '–',
  ended: '■',
}

/** The run as a Markdown table, for Temporal's own UI. Inputs that could be secret never stand here (G30). */
export function detailsOf(state: RunState): string {
  const rows = state.steps.map(
    ({ id, kind, status, result }) => `| ${MARKS[status]} | ${id} | ${kind} | ${result ?? status} |`,
  )
  return [
    `**${state.title}** · ${state.phase}${outcomeOf(state)}`,
    '',
    '| | step | kind | result |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function outcomeOf({ outcome }: RunState): string {
  return outcome === undefined ? '' : ` · ${outcome.name} (${outcome.as})`
}
