import type { DecideStep } from '../../schemas/plan.ts'
import type { DecidedCase, StepResult } from '../../schemas/run.ts'
import { judge } from './judge.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'
import type { Scope } from './scope.ts'
import { attestedFacts, scopeOf } from './seen.ts'

/** Judges all cases of a decision and picks one; every judgement is on record. */
export function decideStep(run: Run, step: DecideStep): Ended {
  const { cases, result } = decide(step, scopeOf(run))
  const instance = instanceOf(run, step.id)
  run.bases.set(instance, attestedFacts(run, rootsOf(step)))
  run.ledger.enter({ kind: 'decision', step: instance, cases, result })
  return { result, detail: reasonOf(cases, result) }
}

/** The decision itself, from what a scope holds: the door takes it again on the attested facts. */
export function decide(step: DecideStep, scope: Scope): { cases: DecidedCase[]; result: StepResult } {
  const cases = step.cases.map(({ name, predicate }) => ({ name, ...judge(predicate, scope) }))
  return { cases, result: step.pick === 'first' ? pickFirst(cases, step) : pickOne(cases, step) }
}

function rootsOf(step: DecideStep): Set<string> {
  return new Set(step.cases.flatMap(({ predicate }) => predicate.uses.map(([root = '']) => root)))
}

/** Exactly one case may be true; a single unknown one leaves the whole decision unknown. */
function pickOne(cases: readonly DecidedCase[], step: DecideStep): StepResult {
  if (cases.some(({ says }) => says === 'unknown')) return 'unknown'
  const held = cases.filter(({ says }) => says === 'true')
  if (held.length > 1) return 'mixed'
  return held[0]?.name ?? step.otherwise ?? 'unknown'
}

/** The first case that is true, unless one before it is unknown. */
function pickFirst(cases: readonly DecidedCase[], step: DecideStep): StepResult {
  const first = cases.find(({ says }) => says !== 'false')
  if (first === undefined) return step.otherwise ?? 'unknown'
  return first.says === 'true' ? first.name : 'unknown'
}

function reasonOf(cases: readonly DecidedCase[], result: StepResult): string {
  const telling = cases.filter(({ says, name }) =>
    result === 'unknown' ? says === 'unknown' : says === 'true' || name === result,
  )
  if (telling.length === 0) return 'no case held'
  return telling.map(({ name, says }) => `${name}: ${says}`).join(', ')
}
