import type { Scenario } from '../../../schemas/scenario.ts'
import { renderDiagnostic } from '../../diagnostics/render.ts'
import type { Texts } from '../../diagnostics/render.ts'
import { denialsOf } from '../../rehearsal/differences.ts'
import type { Difference } from '../../rehearsal/differences.ts'
import type { Mutation } from '../../rehearsal/mutate.ts'
import { traceOf } from '../../rehearsal/trace.ts'
import type { Trial } from '../../rehearsal/trial.ts'
import { pad, paint, plain } from '../terminal.ts'
import { counted } from './counted.ts'
import { denialText } from './denial-text.ts'
import type { TriedScenarios } from './trials-json.ts'

/** How a trial is shown. */
export interface TrialLayout {
  readonly texts: Texts
  readonly ms: number
  readonly width: number
}

/** One scenario: a line where it went as expected; otherwise what differs, where that is said, and what happened. */
export function trialText(trial: Trial, { texts, ms, width }: TrialLayout): string[] {
  const { scenario, differences } = trial
  const said = [...twinText(trial), `${ms} ms`].join(', ')
  if (differences.length === 0) return [`  ${paint('green', 'ok')}      ${scenario.id}  ${paint('dim', said)}`]
  return [
    `  ${paint('red', 'failed')}  ${scenario.id}  ${paint('dim', said)}`,
    ...differences.flatMap((difference) => differenceText(difference, scenario, { texts, width })),
    ...happenedText(trial),
  ]
}

function twinText({ twin }: Trial): string[] {
  if (twin === undefined) return []
  const stopped = { compiler: 'the checker refuses it', run: 'it is denied', nobody: 'nobody stops it' }
  return [`twin: ${stopped[twin.stoppedBy]}`]
}

/** Expected against actual, with the place in the scenario's file. */
function differenceText(
  { at, expected, actual }: Difference,
  { spans }: Scenario,
  { texts, width }: Pick<TrialLayout, 'texts' | 'width'>,
): string[] {
  const span = spans[at] ?? spans[at.split('.')[0] ?? ''] ?? spans['scenario']
  const told = [`    expected  ${plain(expected)}`, `    actual    ${paint('red', plain(actual))}`]
  if (span === undefined) return told
  const frame = renderDiagnostic({ code: '', severity: 'error', message: '', span }, texts, width - 4)
  const lines = frame
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
  return [...told, ...lines.map((line) => `    ${line}`)]
}

/** What the run did, step by step, and who denied what on which values. */
function happenedText({ rehearsed }: Trial): string[] {
  if (rehearsed === undefined) return []
  const trace = traceOf(rehearsed)
  const width = Math.max(0, ...trace.map(({ step }) => step.length))
  const steps = trace.map(
    ({ step, result, detail }) =>
      `      ${pad(step, width)}  ${result}${detail === undefined ? '' : `  ${plain(detail)}`}`,
  )
  const denials = denialsOf(rehearsed).slice(0, 1)
  return [
    '    what happened',
    ...steps,
    ...denials.flatMap((denial) => denialText(denial, '')).map((line) => `    ${line}`),
  ]
}

/** Why nothing was mutated: a scenario that fails as it is would seem to notice every change. */
export function unmutatedText(failed: number): string {
  return `no mutant was tried: ${counted(failed, 'scenario')} fail${failed === 1 ? 's' : ''} already, and would seem to notice every change`
}

/** Which mutants no scenario notices: those of rules are failures. */
export function mutationText({ tried, survivors, leftOut, settled }: Mutation): string[] {
  const lines = survivors.map(({ of, id, change, place }) => {
    const at = place === undefined ? '' : `  (${place.file}:${place.line}:${place.col})`
    return `  ${paint(of === 'rule' ? 'red' : 'yellow', 'unnoticed')}  ${of} ${id}: ${plain(change)}${at}`
  })
  const of = (kind: 'rule' | 'runbook') => survivors.filter((one) => one.of === kind).length
  return [
    ...lines,
    ...settled.map(
      (id) =>
        `  settled    rule ${id} guards readings alone: the checker settles it on all paths, see \`runproof prove\``,
    ),
    `${tried} mutants: ${of('rule')} of rules and ${of('runbook')} of runbooks go unnoticed`,
    ...(leftOut === 0 ? [] : [`${leftOut} more were not tried: name a runbook`]),
  ]
}

/** The last line: how many were tried, and which wait for the lab. */
export function summaryText({ facts, lab, waiting }: TriedScenarios, mutation?: Mutation): string[] {
  const failed = [...facts, ...lab].filter(({ differences }) => differences.length > 0).length
  const later = waiting.map(({ runbook, id }) => `  lab     ${id}  ${paint('dim', runbook)}`)
  const surviving = (mutation?.survivors ?? []).some(({ of }) => of === 'rule')
  const onLab = lab.length === 0 ? [] : [`${counted(lab.length, 'scenario')} on the practice platform`]
  const count = [`${counted(facts.length, 'scenario')} on recorded facts`, ...onLab].join(', ')
  return [
    ...(later.length === 0 ? [] : ['on the practice platform, with --lab:', ...later]),
    failed === 0 && !surviving
      ? `${paint('green', 'ok')}: ${count}`
      : paint(
          'red',
          failed === 0
            ? `${count}, and a rule that could be weaker unnoticed`
            : failedText(failed, { facts, lab }, count),
        ),
  ]
}

function failedText(failed: number, { facts, lab }: Pick<TriedScenarios, 'facts' | 'lab'>, count: string): string {
  return lab.length === 0
    ? `${failed} of ${count} failed`
    : `${failed} of ${facts.length + lab.length} failed: ${count}`
}
