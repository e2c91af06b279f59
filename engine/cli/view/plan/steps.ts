import type { AskStep, CallStep, DoStep, Expectation, ForEach, Plan, StepPlan } from '../../../../schemas/plan.ts'
import { paint } from '../../terminal.ts'
import { durationText } from '../literal-text.ts'
import { conditionText, operandText, operandsText } from '../operand-text.ts'

/** Where steps stand: in which Plan, behind which call, how deep. */
export interface Around {
  readonly plan: Plan
  /** `drain.` within what the step `drain` calls. */
  readonly prefix: string
  readonly indent: string
}

/** Steps in the order of the file, those of blocks and of called runbooks below them. */
export function stepLines(steps: readonly StepPlan[], around: Around): string[] {
  return steps.flatMap((step) => stepText(step, around))
}

function stepText(step: StepPlan, around: Around): string[] {
  const { prefix, indent } = around
  const details = [...conditionLines(step), ...detailLines(step)].map((line) => `${indent}    ${line}`)
  return [
    `${indent}${paint('cyan', `${prefix}${step.id}`)}  ${whatText(step)}`,
    ...details,
    ...innerLines(step, around),
  ]
}

function whatText(step: StepPlan): string {
  switch (step.kind) {
    case 'read':
      return `read ${step.facts.join(', ')}`
    case 'decide':
      return `decide ${[...step.cases.map(({ name }) => name), ...(step.otherwise === undefined ? [] : [step.otherwise])].join(' | ')}`
    case 'do':
      return `do ${step.action}`
    case 'approve':
      return `ask ${step.who.join(' and ')}: ${operandText(step.text)}`
    case 'ask':
      return `ask ${step.who.join(' and ')} to choose: ${operandText(step.text)}`
    case 'call':
      return `call ${step.runbook}`
    case 'block':
      return step.forEach === undefined ? 'steps' : 'steps for each item'
  }
}

function conditionLines({ when, forEach, continueOn, kind }: StepPlan): string[] {
  const extra = continueOn.filter((result) => result !== 'done')
  const named = kind === 'decide' || kind === 'ask' || kind === 'call' || extra.length === 0
  return [
    ...(when.length === 0 ? [] : [`when ${conditionText(when)}`]),
    ...(forEach === undefined ? [] : [loopText(forEach)]),
    ...(named ? [] : [`goes on after ${extra.join(', ')} too`]),
  ]
}

function loopText({ item, list, atOnce }: ForEach): string {
  return `for each ${item} of ${list.join('.')}, ${atOnce === 1 ? 'one after another' : `${atOnce} at a time`}`
}

function detailLines(step: StepPlan): string[] {
  switch (step.kind) {
    case 'read':
      return step.expect === undefined ? [] : [expectationText(step.expect)]
    case 'decide':
      return step.cases.map(({ name, predicate }) => `${name}: ${predicate.cel}`)
    case 'do':
      return doLines(step)
    case 'approve':
      return [`shows ${step.show.join(', ') || 'no fact'}; within ${durationText(step.withinMs)}`]
    case 'ask':
      return askLines(step)
    case 'call':
      return Object.keys(step.with).length === 0 ? [] : [`with ${operandsText(step.with)}`]
    case 'block':
      return []
  }
}

function doLines(step: DoStep): string[] {
  const inputs = Object.keys(step.with).length === 0 ? [] : [`with ${operandsText(step.with)}`]
  const expects = step.expect === undefined ? [] : [expectationText(step.expect)]
  const holds = step.hold === undefined ? [] : [`holding ${step.hold.map((path) => path.join('.')).join(', ')}`]
  return [...inputs, ...holds, ...premiseLines(step), ...expects]
}

function premiseLines({ premise }: DoStep): string[] {
  if (premise === undefined) return []
  const back = premise.backTo === undefined ? 'it stops the run' : `back to ${premise.backTo}`
  return [`only while ${premise.fact}.${premise.field} is still ${premise.input}; otherwise ${back}`]
}

function askLines({ show, withinMs, choices }: AskStep): string[] {
  const options = choices.map(({ name, effects }) => {
    const asked = effects.map(({ effect, target }) => `${effect} (${operandsText(target)})`)
    return `${name}: ${asked.length === 0 ? 'asks for no effect' : `asks for ${asked.join('; ')}`}`
  })
  return [`shows ${show.join(', ') || 'no fact'}; within ${durationText(withinMs)}`, ...options]
}

function expectationText({ predicate, withinMs, holdsForMs }: Expectation): string {
  const lasting = holdsForMs === 0 ? '' : ` for ${durationText(holdsForMs)}`
  return `expects ${predicate.cel}${lasting} within ${durationText(withinMs)}`
}

function innerLines(step: StepPlan, around: Around): string[] {
  const indent = `${around.indent}    `
  if (step.kind === 'block') return stepLines(step.steps, { ...around, indent })
  const callee = step.kind === 'call' ? calleeOf(step, around.plan) : undefined
  if (callee === undefined) return []
  return stepLines(callee.steps, { plan: callee, prefix: `${around.prefix}${step.id}.`, indent })
}

/** The Plan that a step calls. */
export function calleeOf({ runbook }: CallStep, { callees = {} }: Plan): Plan | undefined {
  return Object.hasOwn(callees, runbook) ? callees[runbook] : undefined
}
