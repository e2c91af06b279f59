import type { CheckPlan, Plan, RulePlan } from '../../../../schemas/plan.ts'
import { paint } from '../../terminal.ts'
import { durationText } from '../literal-text.ts'
import { momentsText } from './guards.ts'

/** Every rule of the Plan: its text, what it checks, where it binds, and the next safe step. */
export function ruleLines(plan: Plan): string[] {
  return plan.rules.flatMap((rule) => linesOf(rule, plan))
}

function linesOf({ id, text, source, checks, next, overridable }: RulePlan, plan: Plan): string[] {
  const never = overridable === 'never' ? '' : `; ${overridable.who} may override it`
  return [
    `  ${paint('cyan', id)}  ${text} (${source}${never})`,
    ...checks
      .flatMap((check, at) => [...checkLines(check), ...boundLines({ id, at }, plan)])
      .map((line) => `      ${line}`),
    `      next: ${next}`,
  ]
}

/** A check as a sentence or two. */
export function checkLines(check: CheckPlan): string[] {
  switch (check.form) {
    case 'require':
      return [
        ...check.require.map(({ cel }) => `before ${check.guards.join(', ')}${eachText(check)}: ${cel}`),
        ...(check.hold === undefined ? [] : [`holding ${check.hold.map((path) => path.join('.')).join(', ')}`]),
      ]
    case 'forbid':
      return [
        `never ${check.forbid.join(', ')}, ${check.inRunsWith.length === 0 ? 'in every run' : `in runs with ${check.inRunsWith.join(', ')}`}`,
      ]
    case 'after':
      return [`${check.guards.join(', ')} only after ${check.after.join(', ')}${eachText(check)}`]
    case 'only-from':
      return [`${check.input.join(', ')} of ${check.guards.join(', ')} only from ${check.onlyFrom.join(', ')}`]
    case 'during':
      return check.require.map(({ cel }) => `from ${check.from} to ${check.to}: ${cel}`)
    case 'must-within':
      return [`after ${check.after}, ${check.do} within ${durationText(check.withinMs)} (policy.${check.within})`]
  }
}

function eachText({ each }: Extract<CheckPlan, { form: 'require' | 'after' }>): string {
  return each === undefined ? '' : `, for each ${each.item} of ${each.list.join('.')}`
}

function boundLines({ id, at: index }: { id: string; at: number }, { bindings = [] }: Plan): string[] {
  return bindings
    .filter(({ rule, check }) => rule === id && check === index)
    .map(({ at, guarded, verdict, moments }) => {
      const settled = verdict === 'settled' ? ' (settled on all paths)' : ''
      return `  binds at ${at}, ${guarded}: ${momentsText(moments)}${settled}`
    })
}
