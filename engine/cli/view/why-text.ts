import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, EffectResult, Outcome, RunEntry, RunState } from '../../../schemas/run.ts'
import { siteOf, sitesOf } from '../../core/rules.ts'
import type { KnownRun } from '../known-run.ts'
import { paint, plain } from '../terminal.ts'
import { denialText } from './denial-text.ts'
import { leftText } from './outcome-text.ts'
import { undoLine } from './entry-text.ts'
import { openQuestions, questionText } from './question-text.ts'
import { identityText, reasonText } from './trigger-text.ts'
import { verdictLines } from './verdict-text.ts'

/** Why a run waits, was denied, failed or ended as it did; with the rule, what was observed, the place, and what to do (G40). */
export function whyText({ state, plan }: KnownRun): string[] {
  const { outcome } = state
  if (outcome === undefined) return [...underWay(state), ...questionText(state)]
  return [
    `${paint('bold', state.runId)} ended ${outcome.name}: ${plain(outcome.message)}`,
    ...(outcome.denial === undefined ? howItStopped(state, plan) : deniedText(outcome.denial, state, plan)),
    ...undoneText(state, outcome.denial?.next),
    ...outcome.left.flatMap(leftText),
    ...tellText(outcome),
  ]
}

/** The same for other programs: the outcome with its denial, or what the run waits for. */
export function reasonsOf({ state, plan }: KnownRun): object {
  const { runId, phase, outcome, entries } = state
  const rule = plan?.rules.find(({ id }) => id === outcome?.denial?.rule)
  return {
    runId,
    phase,
    ...(outcome === undefined ? {} : { outcome }),
    ...(rule === undefined ? {} : { rule: { id: rule.id, text: rule.text, source: rule.source } }),
    questions: openQuestions(state),
    overrides: entries.filter(isOverride),
    undone: entries.filter(({ kind }) => kind === 'undo'),
  }
}

function underWay(state: RunState): string[] {
  const { runId, phase, steps } = state
  const current = steps
    .filter(({ status }) => status === 'running' || status === 'waiting')
    .map(({ id }) => `\`${id}\``)
  const at = current.length === 0 ? '' : ` at ${current.slice(0, 5).join(', ')}${current.length > 5 ? ' …' : ''}`
  return [
    `${paint('bold', runId)} has not ended: ${phase}${at}`,
    ...pausedText(state),
    ...overridesText(state),
    ...undoneText(state),
  ]
}

/** A run that is paused says by whom, and how it goes on. */
function pausedText({ runId, phase, entries }: RunState): string[] {
  const last = entries.findLast((entry) => entry.kind === 'paused')
  if (phase !== 'paused' || last?.kind !== 'paused') return []
  return [
    `  paused    by ${identityText(last.by)}${reasonText(last.reason)}`,
    `  next      runproof resume ${runId} --reason "…"`,
  ]
}

/** What was taken back after the run stopped, and what could not be, with what to do about it: once, where it is the same for several. */
function undoneText(state: RunState, already?: string): string[] {
  const said = new Set([already])
  return state.entries.flatMap((entry) => {
    if (entry.kind !== 'undo') return []
    const next = entry.result.status === 'denied' ? entry.result.denial.next : undefined
    const fresh = next !== undefined && !said.has(next)
    said.add(next)
    return [
      undoLine(entry.step, entry.result),
      ...(fresh ? [`  next      ${plain(next)}`] : []),
      ...liftText(entry, state),
    ]
  })
}

/** What a person would type instead of an undo that did not happen; a run that has ended says it where it tells what stays. */
function liftText({ step, result }: RunEntry & { readonly kind: 'undo' }, { entries, outcome }: RunState): string[] {
  if (isDone(result)) return []
  const of = step.replace(/-undo$/, '')
  const done = entries.findLast((entry) => entry.kind === 'effect' && entry.step === of && isDone(entry.result))
  const lift = done?.kind === 'effect' && isDone(done.result) ? done.result.lift : undefined
  const told = outcome?.left.some((left) => left.lift === lift) === true
  return lift === undefined || told ? [] : [`  lift it   ${plain(lift)}`]
}

type Done = EffectResult & { readonly status: 'done' | 'already-done' }

function isDone(result: EffectResult): result is Done {
  return result.status === 'done' || result.status === 'already-done'
}

function deniedText(denial: Denial, state: RunState, plan: Plan | undefined): string[] {
  const rule = plan?.rules.find(({ id }) => id === denial.rule)
  const step = state.entries.findLast((entry) => entry.kind === 'step' && entry.result === 'denied')
  return [
    ...(rule === undefined ? [] : [`  rule      ${rule.id}: ${rule.text}`, `  source    ${rule.source}`]),
    ...(step?.kind === 'step' ? [`  step      ${placed(step.step, plan)}`] : []),
    ...overridesText(state),
    ...denialText(denial, state.outcome?.message ?? ''),
  ]
}

/** Without a denial: the judgements and the step with which the run ended. */
function howItStopped(state: RunState, plan: Plan | undefined): string[] {
  const last = state.entries.findLast(
    (entry): entry is RunEntry & { readonly kind: 'step' } => entry.kind === 'step' && entry.result !== 'skipped',
  )
  const decisions = state.entries.filter((entry) => entry.kind === 'decision')
  return [
    ...(last === undefined
      ? []
      : [
          `  last step ${placed(last.step, plan)}: ${last.result}${last.detail === undefined ? '' : ` (${plain(last.detail)})`}`,
        ]),
    ...decisions.flatMap(({ step, result, cases }) => [
      `  decided   ${placed(step, plan)}: ${result}`,
      ...cases.flatMap((judged) => verdictLines({ ...judged, by: judged.name })),
    ]),
    ...effectsText(state),
  ]
}

/** What became of each effect, and who let it through where a rule was overridden: in the order in which it happened. */
function effectsText({ entries }: RunState): string[] {
  return entries.flatMap((entry) => {
    if (isOverride(entry)) return [overrideText(entry)]
    if (entry.kind !== 'effect' || entry.result.status === 'conflict') return []
    const { result } = entry
    const detail = 'message' in result ? `: ${plain(result.message)}` : ''
    return [`  effect    ${entry.step}: ${result.status}${detail}`]
  })
}

type Override = RunEntry & { readonly kind: 'vote' }

/** A vote by which a rule was overridden, and that counts. */
function isOverride(entry: RunEntry): entry is Override {
  return entry.kind === 'vote' && entry.counted && entry.vote.vote.decision === 'override'
}

function overridesText({ entries }: RunState): string[] {
  return entries.filter(isOverride).map(overrideText)
}

/** Break-glass: which rule did not hold and did not count, by whom, why, and until when. */
function overrideText({ step, vote: { vote } }: Override): string {
  const { by, role, overrides, reason, expiresAt } = vote
  const of = overrides?.item === undefined ? '' : ` for ${plain(overrides.item)}`
  const until = expiresAt === undefined ? '' : ` (until ${expiresAt})`
  const rule = `${paint('yellow', 'override')}  ${plain(overrides?.rule ?? '')}${of} at ${step}`
  return `  ${rule}: by ${identityText(by)} as ${role}${reasonText(reason)}${until}`
}

function placed(step: string, plan: Plan | undefined): string {
  const place = plan === undefined ? undefined : sitesOf(plan).find(({ at }) => at === siteOf(step))?.step?.place
  return place === undefined ? step : `${step}  (${place.file}:${place.line}:${place.col})`
}

function tellText({ tell }: Outcome): string[] {
  return tell.length === 0 ? [] : [`  must know ${tell.join(', ')}`]
}
