import type { Denial, Outcome, RunEntry, RunState } from '../../schemas/run.ts'
import type { Scenario } from '../../schemas/scenario.ts'
import { lineage, siteOf } from '../core/rules.ts'
import type { Stage } from './stage.ts'

/** How a run ended in which a scenario was tried, be it rehearsed or on the lab. */
export interface Ended {
  readonly outcome: Outcome
  readonly state: Pick<RunState, 'entries' | 'outcome'>
  /** What the run has caused, in order, with what was taken back. */
  readonly receipts: readonly { readonly effect: string }[]
  /** Claims that were said, those of callees included. */
  readonly claimed: readonly string[]
  /** What was needed, and nothing is recorded of it. */
  readonly missing: readonly string[]
  /** Numbers of the incidents whose moment never came. */
  readonly unfired: readonly number[]
}

/** One thing that came otherwise than expected. */
export interface Difference {
  /** The part of the scenario that says it: a key of its `spans`. */
  readonly at: string
  readonly expected: string
  readonly actual: string
}

/** One difference. */
export function differing(at: string, expected: string, actual: string): Difference {
  return { at, expected, actual }
}

/** Everything in which a rehearsal differs from what its scenario expects; empty where it is as expected. */
export function differencesOf(scenario: Scenario, rehearsed: Ended, stage: Pick<Stage, 'effects'>): Difference[] {
  const { expect } = scenario
  const caused = effectsCaused(rehearsed)
  return [
    ...outcomeOf(scenario, rehearsed),
    ...Object.entries(expect.steps).flatMap(([step, result]) => stepOf(step, result, rehearsed)),
    ...denialOf(scenario, rehearsed),
    ...expect.never.flatMap((effect) => neverOf(effect, caused, stage)),
    ...(expect.claims ?? []).flatMap((claim) => claimOf(claim, caused, stage)),
    ...toldOf(scenario, rehearsed),
    ...brokenOf(rehearsed),
  ]
}

/** Those of these effects, or of effects below them, that happened or were claimed. */
export function happenedOf(effects: readonly string[], rehearsed: Ended, stage: Pick<Stage, 'effects'>): string[] {
  const caused = effectsCaused(rehearsed)
  return effects.filter((effect) => isAmong(effect, caused, stage))
}

/** Everyone who denied in this run, a claim and an undo included. */
export function denialsOf({ state, outcome }: Ended): Denial[] {
  const denials = state.entries.flatMap(denialIn)
  return outcome.denial === undefined ? denials : [...denials, outcome.denial]
}

/** Was it this rule that denied, alone or with others? */
export function isDeniedBy(rule: string, rehearsed: Ended): boolean {
  return denialsOf(rehearsed).some(
    (denial) =>
      denial.rule === rule ||
      denial.verdicts.some((one) => one.rule === rule && one.says !== 'true' && one.overriddenBy === undefined),
  )
}

function denialIn(entry: RunEntry): Denial[] {
  if (entry.kind === 'watch') return [entry.denial]
  if (entry.kind !== 'effect' && entry.kind !== 'undo' && entry.kind !== 'claim') return []
  return entry.result.status === 'denied' ? [entry.result.denial] : []
}

/** Receipts, and claims that were said, those of callees included; what was taken back has happened all the same. */
function effectsCaused({ receipts, state, claimed }: Ended): string[] {
  return [...receipts.map(({ effect }) => effect), ...(state.outcome?.claims ?? []), ...claimed]
}

function isAmong(effect: string, caused: readonly string[], { effects }: Pick<Stage, 'effects'>): boolean {
  return caused.some((one) => lineage(one, effects).includes(effect))
}

function outcomeOf({ expect }: Scenario, { outcome }: Ended): Difference[] {
  if (outcome.name === expect.outcome) return []
  return [{ at: 'outcome', expected: expect.outcome, actual: `${outcome.name} (${outcome.message})` }]
}

function stepOf(step: string, expected: string, { state }: Ended): Difference[] {
  const results = new Map(state.entries.flatMap((entry) => endedAt(step, entry)))
  // A loop's own result is what its id says; its items are asked for one by one, or where only they have that name.
  const own = results.get(step)
  const ended = own === undefined ? [...new Set(results.values())] : [own]
  // A step to which the run did not come was passed over like any other (language.md 6).
  const actual = ended.length === 0 ? 'skipped' : ended.join(', ')
  return actual === expected ? [] : [{ at: `steps.${step}`, expected: `${step}: ${expected}`, actual }]
}

/** How an instance of the step, or its undo, ended by this entry. */
function endedAt(step: string, entry: RunEntry): [string, string][] {
  if (entry.kind !== 'step' && entry.kind !== 'undo') return []
  if (entry.step !== step && siteOf(entry.step) !== step) return []
  return [[entry.step, entry.kind === 'step' ? entry.result : entry.result.status]]
}

function denialOf({ expect: { deniedBy } }: Scenario, rehearsed: Ended): Difference[] {
  const { denial } = rehearsed.outcome
  if (deniedBy === undefined)
    return denial?.rule === undefined
      ? []
      : [{ at: 'outcome', expected: 'no rule denies', actual: `${denial.rule} denies: ${denial.message}` }]
  if (isDeniedBy(deniedBy, rehearsed)) return []
  const others = [...new Set(denialsOf(rehearsed).map(({ rule, by }) => rule ?? by))]
  return [
    {
      at: 'deniedBy',
      expected: `denied by ${deniedBy}`,
      actual: others.length === 0 ? 'nothing was denied' : others.join(', '),
    },
  ]
}

function neverOf(effect: string, caused: readonly string[], stage: Pick<Stage, 'effects'>): Difference[] {
  return isAmong(effect, caused, stage)
    ? [{ at: `never.${effect}`, expected: `never ${effect}`, actual: 'it happened' }]
    : []
}

function claimOf(claim: string, caused: readonly string[], stage: Pick<Stage, 'effects'>): Difference[] {
  return isAmong(claim, caused, stage)
    ? []
    : [{ at: `claims.${claim}`, expected: `${claim} is said`, actual: 'it was not said' }]
}

function toldOf({ expect: { told }, spans }: Scenario, { outcome }: Ended): Difference[] {
  if (spans['told'] === undefined) return []
  const [expected, actual] = [[...told].sort().join(', '), [...outcome.tell].sort().join(', ')]
  return expected === actual ? [] : [{ at: 'told', expected: expected || 'nobody', actual: actual || 'nobody' }]
}

/** A scenario that needs what is not recorded, or whose incident never comes, shows nothing. */
function brokenOf({ missing, unfired }: Ended): Difference[] {
  return [
    ...missing.map((what) => ({
      at: 'scenario',
      expected: `${what} is recorded`,
      actual: 'nothing is recorded of it',
    })),
    ...unfired.map((number) => ({
      at: `during.${number}`,
      expected: 'its moment comes',
      actual: 'the run never came there',
    })),
  ]
}
