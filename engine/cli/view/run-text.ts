import type { RunEntry, RunState, Verdict } from '../../../schemas/run.ts'
import type { KnownRun } from '../known-run.ts'
import { paint, plain } from '../terminal.ts'
import type { Trust } from '../trust-folder.ts'
import { entryLines } from './entry-text.ts'
import { factLines } from './fact-text.ts'
import { headed } from './headed.ts'
import { outcomeText } from './outcome-text.ts'
import { questionText } from './question-text.ts'
import { stepLine } from './step-line.ts'
import { inPlanOrder } from './step-order.ts'
import { triggerText } from './trigger-text.ts'
import { verdictLines } from './verdict-text.ts'

/** A whole run for people: who asked, every step, the newest facts, every verdict, and how it ended. */
export function runText({ state, plan, bundle }: KnownRun, trust: Trust): string[] {
  return [
    paint('bold', `${state.runId}: ${state.title}`),
    `  phase     ${state.phase}`,
    `  asked by  ${triggerText(state.trigger)}`,
    `  inputs    ${Object.entries(state.inputs)
      .map(([name, value]) => `${name}=${plain(JSON.stringify(value))}`)
      .join(' ')}`,
    `  plan      ${state.planDigest}`,
    ...headed(
      'steps',
      inPlanOrder(state.steps, plan).map((step) => lineOf(step, state)),
    ),
    ...headed(
      'facts, as last read',
      Object.values(state.facts)
        .flatMap(factLines)
        .map((line) => `  ${line}`),
    ),
    ...headed('verdicts', state.entries.flatMap(entryVerdicts)),
    ...headed(
      'notes',
      state.entries.flatMap((entry) => noteLines(entry, state)),
    ),
    ...questionText(state),
    ...(state.outcome === undefined ? [] : outcomeText(state, state.outcome, trust)),
    ...(bundle === undefined ? [] : [`  told by   ${bundle} (not verified here)`]),
  ]
}

function lineOf(step: RunState['steps'][number], state: RunState): string {
  const { id, result, status, detail } = step
  return stepLine({ step: id, result: result ?? status, ...(detail === undefined ? {} : { detail }) }, state)
}

function entryVerdicts(entry: RunEntry): string[] {
  if (entry.kind === 'decision')
    return entry.cases.flatMap((judged) => verdictLines({ ...judged, by: `${entry.step} ${judged.name}` }))
  return verdictsIn(entry).flatMap((verdict) => {
    const item = verdict.item === undefined ? '' : ` for ${verdict.item}`
    return verdictLines({ ...verdict, by: `${verdict.rule} on ${verdict.effect}${item}` })
  })
}

function verdictsIn(entry: RunEntry): readonly Verdict[] {
  if (entry.kind === 'watch') return entry.denial.verdicts
  if (entry.kind === 'claim')
    return entry.result.status === 'said' ? entry.result.verdicts : entry.result.denial.verdicts
  if (entry.kind !== 'effect' && entry.kind !== 'undo') return []
  return entry.result.status === 'denied' ? entry.result.denial.verdicts : []
}

/** What happened beside the steps: who paused, what was taken back, which alert has ended. */
function noteLines(entry: RunEntry, state: RunState): string[] {
  const noted = ['trigger', 'vote', 'undo', 'watch', 'paused', 'resumed', 'resolved', 'conflict']
  return noted.includes(entry.kind) ? entryLines(entry, state) : []
}
