import type { CheckPlan, Expectation, OutcomePlan, Plan, RulePlan, StepPlan } from '../../../schemas/plan.ts'
import { concerns } from '../../core/rules.ts'
import { paint } from '../terminal.ts'
import { durationText, policyText } from './literal-text.ts'
import { conditionText, operandText, operandsText } from './operand-text.ts'
import { describeType } from '../../core/cel.ts'

/** A Plan for people: steps, effects, and which rule guards which of them. */
export function planText(plan: Plan, digest: string): string[] {
  return [
    paint('bold', `${plan.runbook.id}: ${plan.runbook.title}`),
    `  goal ${plan.runbook.goal}, owner ${plan.runbook.owner}, source ${plan.runbook.source}`,
    ...headed(
      'inputs',
      Object.entries(plan.inputs).map(
        ([name, { type, default: preset }]) =>
          `  ${name}: ${describeType(type)}${preset === undefined ? '' : ` (default ${JSON.stringify(preset)})`}`,
      ),
    ),
    ...headed(
      'steps',
      plan.steps.flatMap((step) => stepText(step, plan)),
    ),
    ...headed(
      'outcomes, the first that fits',
      plan.outcomes.flatMap((outcome) => outcomeText(outcome, plan)),
    ),
    ...headed('rules', plan.rules.flatMap(ruleText)),
    ...headed(
      'policy',
      Object.entries(plan.policy).map(([name, value]) => `  ${policyText(name, value)}`),
    ),
    '',
    `digest ${digest}`,
  ]
}

function headed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines]
}

function stepText(step: StepPlan, plan: Plan): string[] {
  const when = step.when.length === 0 ? [] : [`      when ${conditionText(step.when)}`]
  return [`  ${paint('cyan', step.id)}  ${whatText(step)}`, ...when, ...detailText(step, plan)]
}

function whatText(step: StepPlan): string {
  switch (step.kind) {
    case 'read':
      return `read ${step.facts.join(', ')}`
    case 'decide':
      return `decide ${step.cases.map(({ name }) => name).join(' | ')}${step.otherwise === undefined ? '' : ` | ${step.otherwise}`}`
    case 'do':
      return `do ${step.action}`
    case 'approve':
      return `ask ${step.who.join(' and ')}: ${operandText(step.text)}`
  }
}

function detailText(step: StepPlan, plan: Plan): string[] {
  if (step.kind === 'decide') return step.cases.map(({ name, predicate }) => `      ${name}: ${predicate.cel}`)
  if (step.kind === 'approve') return [`      shows ${step.show.join(', ')}; within ${durationText(step.withinMs)}`]
  const expects = step.expect === undefined ? [] : [expectationText(step.expect)]
  if (step.kind === 'read') return expects
  return [
    `      with ${operandsText(step.with)}`,
    ...effectsOf(step.action, plan).map((effect) => `      effect ${effect}: ${guardsText(effect, plan)}`),
    ...expects,
    ...(step.leaves === undefined ? [] : [`      leaves ${step.leaves}`]),
  ]
}

function expectationText({ predicate, withinMs, holdsForMs }: Expectation): string {
  const lasting = holdsForMs === 0 ? '' : ` for ${durationText(holdsForMs)}`
  return `      expects ${predicate.cel}${lasting} within ${durationText(withinMs)}`
}

function effectsOf(action: string, { contracts }: Plan): string[] {
  const contract = contracts[action]
  return contract?.kind === 'action' ? Object.keys(contract.effects) : []
}

function guardsText(effect: string, { rules, effects }: Plan): string {
  const guarding = rules.filter((rule) => concerns(rule, effect, effects)).map(({ id }) => id)
  return guarding.length === 0 ? 'no rule' : `guarded by ${guarding.join(', ')}`
}

function outcomeText({ name, as, when, claims, tell }: OutcomePlan, plan: Plan): string[] {
  const said = [`claim.${as}`, ...claims.map(({ effect }) => effect)]
  const fits = when.length === 0 ? '' : `  when ${conditionText(when)}`
  const tells = tell.length === 0 ? '' : `; tells ${tell.join(', ')}`
  return [
    `  ${paint('cyan', name)} (${as})${fits}${tells}`,
    ...said.map((effect) => `      claims ${effect}: ${guardsText(effect, plan)}`),
  ]
}

function ruleText({ id, text, source, checks, next }: RulePlan): string[] {
  return [`  ${paint('cyan', id)}  ${text} (${source})`, ...checks.flatMap(checkText), `      next: ${next}`]
}

function checkText(check: CheckPlan): string[] {
  if (check.form === 'require') return check.require.map(({ cel }) => `      before ${check.guards.join(', ')}: ${cel}`)
  const where = check.inRunsWith.length === 0 ? 'in every run' : `in runs with ${check.inRunsWith.join(', ')}`
  return [`      never ${check.forbid.join(', ')}, ${where}`]
}
