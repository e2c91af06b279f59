import type { Plan, TriggerPlan } from '../../../schemas/plan.ts'
import { describeType } from '../../core/cel.ts'
import { paint } from '../terminal.ts'
import { headed } from './headed.ts'
import { durationText, policyText } from './literal-text.ts'
import { operandText } from './operand-text.ts'
import { approvalsText } from './plan/approvals.ts'
import { effectsText } from './plan/effects.ts'
import { outcomeLines } from './plan/outcomes.ts'
import { ruleLines } from './plan/rules.ts'
import { stepLines } from './plan/steps.ts'
import { undoText } from './plan/undo.ts'

/** A Plan for people: steps, effects by blast radius, which rule guards what at which moments, approvals, and what undo would do. */
export function planText(plan: Plan, digest: string): string[] {
  const { runbook } = plan
  const reviewed = runbook.lastReviewed === undefined ? '' : `, last reviewed on ${runbook.lastReviewed}`
  const topology = runbook.topology === undefined ? '' : `, topology ${runbook.topology.join(' or ')}`
  return [
    paint('bold', `${runbook.id}: ${runbook.title}`),
    `  goal ${runbook.goal}, owner ${runbook.owner}, source ${runbook.source}${reviewed}${topology}`,
    ...headed('inputs', inputLines(plan)),
    ...headed('starts by itself', plan.triggers.map(triggerLine)),
    ...headed('steps', stepLines(plan.steps, { plan, prefix: '', indent: '  ' })),
    ...headed('effects, the widest blast radius first', effectsText(plan)),
    ...headed('asks people', approvalsText(plan)),
    ...headed('if the run stops, what was done is taken back, last first', undoText(plan)),
    ...headed('outcomes, the first that fits', outcomeLines(plan)),
    ...headed('rules', ruleLines(plan)),
    ...headed(
      'policy',
      Object.entries(plan.policy).map(([name, value]) => `  ${policyText(name, value)}`),
    ),
    ...headed('outputs', outputLines(plan)),
    '',
    `digest ${digest}`,
  ]
}

function inputLines({ inputs }: Plan): string[] {
  return Object.entries(inputs).map(([name, { type, default: preset }]) => {
    const otherwise = preset === undefined ? '' : ` (default ${JSON.stringify(preset)})`
    return `  ${name}: ${describeType(type)}${otherwise}`
  })
}

function triggerLine(trigger: TriggerPlan): string {
  const cooling = trigger.coolDownMs === undefined ? '' : `; not within ${durationText(trigger.coolDownMs)} of the last`
  const what =
    trigger.kind === 'schedule'
      ? `at ${trigger.cron} (UTC), for each of ${trigger.from.action}.${trigger.from.list}`
      : `on ${trigger.alerts.join(', ')}`
  return `  ${what}: ${trigger.mode}${mappedText(trigger)}${cooling}`
}

function mappedText({ kind, map }: TriggerPlan): string {
  const root = kind === 'schedule' ? 'item' : 'labels'
  const pairs = Object.entries(map).map(([input, from]) => `${input}: ${root}.${from}`)
  return pairs.length === 0 ? '' : `, with ${pairs.join(', ')}`
}

function outputLines({ outputs = {} }: Plan): string[] {
  return Object.entries(outputs).map(
    ([name, { type, from }]) => `  ${name}: ${describeType(type)} from ${operandText(from)}`,
  )
}
