import type { Plan, StepPlan } from '../../../schemas/plan.ts'
import { everyStep } from '../../core/every-step.ts'
import { siteOf } from '../../core/rules.ts'
import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'

/** A step that a scenario can name, with the Plan in which it stands. */
export interface NamedStep {
  readonly step: StepPlan
  readonly plan: Plan
  readonly undo: boolean
}

/** Every step of a Plan at any depth, by the name that scenarios use: `fence`, `drain.cordon` in a callee, `cordon-undo`. */
export function stepsNamed(plan: Plan, prefix = ''): Map<string, NamedStep> {
  return new Map(everyStep(plan.steps).flatMap((step) => namesOf(step, plan, prefix)))
}

function namesOf(step: StepPlan, plan: Plan, prefix: string): [string, NamedStep][] {
  const name = `${prefix}${step.id}`
  const own: [string, NamedStep][] = [[name, { step, plan, undo: false }]]
  if (step.kind === 'do' && step.undo !== undefined) own.push([`${name}-undo`, { step, plan, undo: true }])
  const callee = step.kind === 'call' ? plan.callees?.[step.runbook] : undefined
  return callee === undefined ? own : [...own, ...stepsNamed(callee, `${name}.`)]
}

/** The step that a word names, with or without the number of an item (`fence.1`). */
export function stepNamed(word: Word, steps: ReadonlyMap<string, NamedStep>, report: Report): NamedStep | undefined {
  const found = steps.get(siteOf(word.text))
  if (found !== undefined) return found
  return report.unknown('RB0210', word.span, {
    message: `there is no step \`${word.text}\``,
    name: word.text,
    candidates: steps.keys(),
  })
}

const ENGINE = ['skipped', 'cancelled']

/** Every result that a step can end with; `skipped` is also that of a step to which the run does not come. */
export function resultsOf({ step, plan, undo }: NamedStep): string[] {
  if (undo) return ['done', 'denied', 'conflict', 'failed', 'effect-unknown', 'skipped']
  const looped = step.forEach === undefined ? [] : ['done', 'failed']
  return [...new Set([...ownResults(step, plan), ...looped, ...ENGINE])]
}

function ownResults(step: StepPlan, plan: Plan): string[] {
  switch (step.kind) {
    case 'read':
      return step.expect === undefined ? ['done'] : ['done', 'timed-out', 'denied']
    case 'decide': {
      const cases = step.cases.map(({ name }) => name)
      return [...cases, ...(step.otherwise === undefined ? [] : [step.otherwise]), 'mixed', 'unknown']
    }
    case 'do':
      return ['done', 'denied', 'failed', 'timed-out', 'effect-unknown']
    case 'approve':
      return ['done', 'denied', 'timed-out']
    case 'ask':
      return [...step.choices.map(({ name }) => name), 'denied', 'timed-out']
    case 'call':
      return [...(plan.callees?.[step.runbook]?.outcomes ?? []).map(({ name }) => name), 'denied', 'failed']
    case 'block':
      return ['done', 'failed']
  }
}
