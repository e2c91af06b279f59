import type { OutcomePlan, Plan } from '../../../../schemas/plan.ts'
import { paint } from '../../terminal.ts'
import { conditionText } from '../operand-text.ts'
import { guardsAt } from './guards.ts'

/** How the run may end, with what is claimed then, and who is told. */
export function outcomeLines(plan: Plan): string[] {
  return plan.outcomes.flatMap((outcome) => linesOf(outcome, plan))
}

function linesOf({ name, as, when, claims, tell }: OutcomePlan, plan: Plan): string[] {
  const said = [`claim.${as}`, ...claims.map(({ effect }) => effect)]
  const fits = when.length === 0 ? '' : `  when ${conditionText(when)}`
  const tells = tell.length === 0 ? '' : `; tells ${tell.join(', ')}`
  return [
    `  ${paint('cyan', name)} (${as})${fits}${tells}`,
    ...said.map((effect) => `      claims ${effect}: ${guardsAt(plan, `outcome:${name}`, effect).join('; ')}`),
  ]
}
