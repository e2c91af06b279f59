import type { RunEntry, RunState } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { questionText } from './question-text.ts'
import { stepLine } from './step-line.ts'

/** Turns states of a run, as they come, into the lines that are new. */
export class LiveView {
  #seen = 0

  /** The lines for what has happened since the last state. */
  news(state: RunState): string[] {
    const fresh = state.entries.slice(this.#seen)
    this.#seen = state.entries.length
    const lines = fresh.flatMap((entry) => entryLines(entry, state))
    return state.phase === 'waiting' && fresh.some(({ kind }) => kind === 'asked')
      ? [...lines, ...questionText(state)]
      : lines
  }
}

function entryLines(entry: RunEntry, state: RunState): string[] {
  switch (entry.kind) {
    case 'step':
      return entry.result === 'skipped' ? [] : [stepLine(entry, state)]
    case 'refused':
      return [`  ${paint('red', '✗')} refused: ${plain(entry.message ?? '')}`]
    case 'conflict':
      return [
        `  ${paint('yellow', '↺')} ${entry.step}: somebody else wrote first; back to \`${entry.backTo}\` (round ${entry.round})`,
      ]
    case 'trigger':
      return [`  ${paint('cyan', '+')} a further start was merged into this run`]
    case 'vote':
      return [voteLine(entry)]
    case 'told':
      return [
        `  ${paint('cyan', '→')} told ${entry.roles.join(', ')}${entry.delivered ? '' : `: NOT delivered (${plain(entry.detail ?? '')})`}`,
      ]
    default:
      return []
  }
}

function voteLine({ vote: { vote }, counted, why }: RunEntry & { readonly kind: 'vote' }): string {
  const said = `${vote.by.user} as ${vote.role}: ${vote.decision}`
  return `  ${paint(counted ? 'green' : 'yellow', counted ? '✓' : '–')} ${said}${counted ? '' : `; not counted: ${plain(why ?? '')}`}`
}
