import type { Plan, StepPlan } from '../../../../schemas/plan.ts'
import { sitesOf } from '../../../core/rules.ts'
import { paint } from '../../terminal.ts'
import { durationText } from '../literal-text.ts'

/** Who is asked, where, and for how long; and which rules a person may override. */
export function approvalsText(plan: Plan): string[] {
  const asking = sitesOf(plan).flatMap(({ at, step }) => (step !== undefined && isOwn(at) ? askedText(at, step) : []))
  const overridable = plan.rules.flatMap(({ id, overridable: open }) =>
    open === 'never' ? [] : [`  ${paint('cyan', id)}  ${open.who} may override it where ${open.when.cel}`],
  )
  return [...asking, ...overridable]
}

/** Options of a question are places of their own. */
function isOwn(at: string): boolean {
  return !at.includes('?')
}

function askedText(at: string, step: StepPlan): string[] {
  if (step.kind !== 'approve' && step.kind !== 'ask') return []
  const options = step.kind === 'ask' ? `: ${step.choices.map(({ name }) => name).join(' | ')}` : ''
  return [`  ${paint('cyan', at)}  ${step.who.join(' and ')}, within ${durationText(step.withinMs)}${options}`]
}
