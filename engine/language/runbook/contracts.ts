import type { Contract } from '../../../schemas/contract.ts'
import type { FactPlan, StepPlan } from '../../../schemas/plan.ts'
import type { World } from '../world.ts'

interface Parts {
  readonly steps: readonly StepPlan[]
  readonly facts: Readonly<Record<string, FactPlan>>
  /** Readings that the bound checks of rules can ask for. */
  readonly readings: ReadonlySet<string>
}

/** The contracts that a Plan names: of its actions, the ways back, its facts, and what rules and conditional writes read. */
export function contractsOf({ steps, facts, readings }: Parts, { contracts }: World): Record<string, Contract> {
  const ofFacts = Object.values(facts).map(({ action }) => action)
  const ofSteps = everyPlanned(steps).flatMap((step) =>
    step.kind === 'do' ? [step.action, ...(step.undo ? [step.undo.action] : [])] : [],
  )
  const ofPremises = ofSteps.flatMap((name) => {
    const contract = contracts.get(name)
    return contract?.kind === 'action' && contract.premise ? [contract.premise.reading] : []
  })
  const names = [...new Set([...ofFacts, ...ofSteps, ...ofPremises, ...readings])].sort()
  return Object.fromEntries(
    names.flatMap((name) => (contracts.has(name) ? [[name, contracts.get(name) as Contract]] : [])),
  )
}

function everyPlanned(steps: readonly StepPlan[]): StepPlan[] {
  return steps.flatMap((step) => [step, ...(step.kind === 'block' ? everyPlanned(step.steps) : [])])
}
