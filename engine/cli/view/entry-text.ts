import type { EffectResult, RunEntry, RunState } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { stepLine } from './step-line.ts'
import { identityText, reasonText, triggerText } from './trigger-text.ts'

/** What happened, as a line; nothing where another line says it. */
export function entryLines(entry: RunEntry, state: RunState): string[] {
  switch (entry.kind) {
    case 'step':
      return entry.result === 'skipped' ? [] : [stepLine(entry, state)]
    case 'refused':
      return [line('red', '✗', `refused: ${plain(entry.message ?? '')}`)]
    case 'items':
      return [line('dim', '≡', `${entry.step}: ${entry.count} ${entry.count === 1 ? 'item' : 'items'}`)]
    case 'conflict':
      return [
        line(
          'yellow',
          '↺',
          `${entry.step}: somebody else wrote first; back to \`${entry.backTo}\` (round ${entry.round})`,
        ),
      ]
    case 'undo':
      return [undoLine(entry.step, entry.result)]
    case 'trigger':
      return [line('cyan', '+', `a further start was merged into this run: ${triggerText(entry.trigger)}`)]
    default:
      return newsLines(entry)
  }
}

/** What came from outside while the run went on. */
function newsLines(entry: RunEntry): string[] {
  switch (entry.kind) {
    case 'vote':
      return [voteLine(entry)]
    case 'told':
      return [line('cyan', '→', `told ${entry.roles.join(', ')}${undelivered(entry)}`)]
    case 'watch':
      return [line('red', '✗', `${entry.step}: a rule holds no more: ${plain(entry.denial.message)}`)]
    case 'paused':
    case 'resumed':
      return [line('yellow', entry.kind === 'paused' ? '‖' : '▸', whoText(entry))]
    case 'resolved':
      return [line('cyan', '+', `its alert has ended (${plain(entry.occurrence)}): the facts are read again`)]
    default:
      return []
  }
}

/** How the undo of a step went. */
export function undoLine(step: string, result: EffectResult): string {
  const taken = result.status === 'done' || result.status === 'already-done'
  const detail =
    result.status === 'denied'
      ? `: ${plain(result.denial.message)}`
      : 'message' in result
        ? `: ${plain(result.message)}`
        : ''
  return line(
    taken ? 'green' : 'red',
    '↩',
    `${step}: ${taken ? 'taken back' : `NOT taken back (${result.status})${detail}`}`,
  )
}

function whoText({ kind, by, reason }: RunEntry & { readonly kind: 'paused' | 'resumed' }): string {
  return `${kind} by ${identityText(by)}${reasonText(reason)}`
}

function undelivered({ delivered, detail }: RunEntry & { readonly kind: 'told' }): string {
  return delivered ? '' : `: NOT delivered (${plain(detail ?? '')})`
}

function voteLine({ vote: { vote }, counted, why }: RunEntry & { readonly kind: 'vote' }): string {
  const chosen = vote.option === undefined ? '' : ` ${vote.option}`
  const overridden =
    vote.overrides === undefined
      ? ''
      : ` ${vote.overrides.rule}${vote.overrides.item === undefined ? '' : ` (${vote.overrides.item})`}`
  const said = `${plain(vote.by.user)} as ${vote.role}: ${vote.decision}${chosen}${overridden}${reasonText(vote.reason)}`
  return line(
    counted ? 'green' : 'yellow',
    counted ? '✓' : '–',
    `${said}${counted ? '' : `; not counted: ${plain(why ?? '')}`}`,
  )
}

function line(colour: 'red' | 'green' | 'yellow' | 'cyan' | 'dim', mark: string, text: string): string {
  return `  ${paint(colour, mark)} ${text}`
}
