import type { Contract } from '../../schemas/contract.ts'
import type { BlastRadius, Plan } from '../../schemas/plan.ts'
import { BLAST_RADII, effectsQueue } from '../../schemas/run.ts'

/** The contract of an action, of this Plan or of one that it calls. */
export function contractOf(plan: Plan, action: string): Contract | undefined {
  return planWith(plan, action)?.contracts[action]
}

/** Effects are carried out on the queue of their blast radius, the largest of the action's. Plans of version 1 know of none. */
export function queueOf(plan: Plan, action: string): { taskQueue?: string } {
  if (plan.planVersion === 1) return {}
  const known = planWith(plan, action)
  const contract = known?.contracts[action]
  if (known === undefined || contract?.kind !== 'action') return {}
  const radii = Object.keys(contract.effects).map((effect) => known.effects[effect]?.radius ?? 'installation')
  return { taskQueue: effectsQueue(largest(radii)) }
}

function largest(radii: readonly BlastRadius[]): BlastRadius {
  return BLAST_RADII.findLast((radius) => radii.includes(radius)) ?? 'installation'
}

function planWith(plan: Plan, action: string): Plan | undefined {
  if (Object.hasOwn(plan.contracts, action)) return plan
  for (const callee of Object.values(plan.callees ?? {})) {
    const found = planWith(callee, action)
    if (found !== undefined) return found
  }
  return undefined
}
