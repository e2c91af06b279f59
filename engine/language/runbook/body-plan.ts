import type { Plan } from '../../../schemas/plan.ts'
import type { World } from '../world.ts'
import type { Paths } from './check-paths.ts'
import type { WholeBody } from './compile-runbook.ts'
import type { Head } from './head.ts'
import { outputPlans } from './outputs.ts'

/** The part of a Plan that says what is done: what the rules are settled against. */
export type BodyPlan = Pick<Plan, 'inputs' | 'facts' | 'steps' | 'outcomes' | 'outputs' | 'callees' | 'goalClaims'>

/** What it is made from. */
export interface BodyParts {
  readonly head: Head
  readonly body: WholeBody
  readonly paths: Paths
}

/** The compiled parts of a runbook in the shape of a Plan, without places and types that only the checker needs. */
export function bodyPlan({ head, body, paths }: BodyParts, { effects }: World): BodyPlan {
  return {
    inputs: head.inputs,
    facts: Object.fromEntries([...body.facts].map(([name, { plan }]) => [name, plan])),
    steps: body.steps.map(({ plan }) => plan),
    outcomes: body.outcomes.map(({ plan }) => plan),
    goalClaims: effects.goals.get(head.goal) ?? [],
    ...(body.outputs.length === 0 ? {} : { outputs: outputPlans(body.outputs, paths.open) }),
    ...(body.callees.length === 0 ? {} : { callees: calleesOf(body.callees) }),
  }
}

function calleesOf(callees: readonly Plan[]): Record<string, Plan> {
  return Object.fromEntries(callees.map((plan) => [plan.runbook.id, plan]))
}
