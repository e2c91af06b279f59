import type { RunEntry, RunState, Trigger } from '../../../schemas/run.ts'
import type { KnownRun } from '../known-run.ts'
import { paint, plain } from '../terminal.ts'
import { factLines } from './fact-text.ts'
import { outcomeText } from './outcome-text.ts'
import { questionText } from './question-text.ts'
import { stepLine } from './step-line.ts'
import { verdictLines } from './verdict-text.ts'

/** A whole run for people: who asked, every step, the newest facts, every verdict, and how it ended. */
export function runText({ state, bundle }: KnownRun): string[] {
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
      state.steps.map((step) => lineOf(step, state)),
    ),
    ...headed(
      'facts, as last read',
      Object.values(state.facts)
        .flatMap(factLines)
        .map((line) => `  ${line}`),
    ),
    ...headed('verdicts', state.entries.flatMap(entryVerdicts)),
    ...questionText(state),
    ...(state.outcome === undefined ? [] : outcomeText(state, state.outcome)),
    ...(bundle === undefined ? [] : [`  told by   ${bundle} (not verified here)`]),
  ]
}

function headed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines]
}

/** Who or what asked for a run. */
export function triggerText(trigger: Trigger): string {
  if (trigger.kind === 'alert') return `alert ${plain(trigger.occurrence)}`
  const { user, host, assurance } = trigger.by
  return `${user}@${host} (${assurance})${trigger.reason === undefined ? '' : `: ${plain(trigger.reason)}`}`
}

function lineOf(step: RunState['steps'][number], state: RunState): string {
  const { id, result, status, detail } = step
  return stepLine({ step: id, result: result ?? status, ...(detail === undefined ? {} : { detail }) }, state)
}

function entryVerdicts(entry: RunEntry): string[] {
  if (entry.kind === 'decision')
    return entry.cases.flatMap((judged) => verdictLines({ ...judged, by: `${entry.step} ${judged.name}` }))
  if (entry.kind === 'claim') {
    const { result } = entry
    const verdicts = result.status === 'said' ? result.verdicts : result.denial.verdicts
    return verdicts.flatMap((verdict) => verdictLines({ ...verdict, by: `${verdict.rule} on ${verdict.effect}` }))
  }
  if (entry.kind !== 'effect' || entry.result.status !== 'denied') return []
  return entry.result.denial.verdicts.flatMap((verdict) =>
    verdictLines({ ...verdict, by: `${verdict.rule} on ${verdict.effect}` }),
  )
}
