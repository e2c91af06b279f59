import type { Outcome, RunState } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import type { Trust } from '../trust-folder.ts'
import { denialText } from './denial-text.ts'
import { seconds } from './step-line.ts'

/** How a run ended: the outcome, what it left in force and how that is lifted, and where the evidence lies. */
export function outcomeText(state: RunState, outcome: Outcome, trust: Trust): string[] {
  const colour = outcome.as.startsWith('succeeded') ? 'green' : 'red'
  const kind = outcome.name === outcome.as ? '' : ` (${outcome.as})`
  return [
    '',
    `${paint(colour, paint('bold', outcome.name))}${kind}${durationOf(state)}: ${plain(outcome.message)}`,
    ...(outcome.claims.length === 0 ? [] : [`  claims    ${outcome.claims.join(', ')}`]),
    ...(outcome.denial === undefined ? [] : denialText(outcome.denial, outcome.message)),
    ...outcome.left.flatMap(leftText),
    ...sealedText(state, trust),
    ...(outcome.as.startsWith('succeeded') ? [] : [`  why       runproof why ${state.runId}`]),
  ]
}

/** A run that was refused took no time of its own. */
function durationOf({ entries }: RunState): string {
  const [first, last] = [entries[0], entries.at(-1)]
  if (first?.kind !== 'admitted' || last === undefined) return ''
  return ` after ${seconds(Date.parse(last.at) - Date.parse(first.at))}`
}

/** What stays in force, with the command that lifts it. */
export function leftText({ step, text, lift }: Outcome['left'][number]): string[] {
  return [
    `  ${paint('yellow', 'stays')}     ${plain(text)} (step ${step})`,
    ...(lift === undefined ? [] : [`  lift it   ${lift}`]),
  ]
}

function sealedText({ sealed, runId }: RunState, trust: Trust): string[] {
  if (sealed === undefined) return []
  return [
    `  evidence  ${sealed.bundle}`,
    ...sealed.gaps.map((gap) => `  gap       ${plain(gap)}`),
    ...(trust.made ? [] : ['  trust     runproof keys init   makes the trust folder, which is not there yet']),
    `  verify    runproof evidence verify ${runId} --trust ${trust.path}`,
  ]
}
