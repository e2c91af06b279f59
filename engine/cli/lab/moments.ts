import type { DoStep, Plan, StepPlan } from '../../../schemas/plan.ts'

/** What the platform is asked last before the step, alone of all that is asked side by side. */
export function lastReading(plan: Plan, id: string): string {
  const last = above(plan, id).findLast((step) => step.kind === 'read' && asked(plan, step.facts).length > 0)
  const [reading, ...beside] = last?.kind === 'read' && last.expect === undefined ? asked(plan, last.facts) : []
  if (reading === undefined || beside.length > 0)
    throw new Error(`nothing can be set before \`${id}\`: no single reading of the platform comes last before it`)
  return reading
}

/** How often the steps above ask for a reading; only what is asked a known number of times can be counted. */
export function timesRead(plan: Plan, id: string, reading: string): number {
  const reads = (names: readonly string[]) => names.filter((name) => plan.facts[name]?.action === reading).length
  const again = above(plan, id).find((step) => 'expect' in step && step.expect && reads(step.expect.facts) > 0)
  if (again) throw new Error(`\`${again.id}\` asks for ${reading} until something holds: nobody knows how often`)
  return above(plan, id).reduce(
    (times, step) => times + (step.kind === 'read' ? reads(step.facts) : atDoor(plan, step, reading)),
    0,
  )
}

/** Throws where the step does not hold for a while without asking the platform. */
export function requireHold(plan: Plan, id: string): void {
  const step = stepOf(plan, id)
  const expect = 'expect' in step ? step.expect : undefined
  const asksPlatform = expect?.facts.some((name) => plan.facts[name]?.action.startsWith('platform.'))
  if (expect === undefined || expect.holdsForMs === 0 || asksPlatform === true)
    throw new Error(`nothing can be set after \`${id}\`: it does not hold for a while without asking the platform`)
}

function asked(plan: Plan, facts: readonly string[]): string[] {
  return facts.flatMap((name) => plan.facts[name]?.action ?? []).filter((action) => action.startsWith('platform.'))
}

/** A door above asks for its own premise, and its rules for their facts. */
function atDoor(plan: Plan, step: StepPlan, reading: string): number {
  if (step.kind !== 'do') return 0
  const byRule = plan.rules.some(({ facts }) => Object.values(facts).some(({ action }) => action === reading))
  if (byRule) throw new Error(`a rule asks for ${reading}: nobody knows how often`)
  return premiseOf(plan, step) === reading ? 1 : 0
}

function premiseOf(plan: Plan, { action }: DoStep): string | undefined {
  const contract = plan.contracts[action]
  return contract?.kind === 'action' ? contract.premise?.reading : undefined
}

function above(plan: Plan, id: string): StepPlan[] {
  return plan.steps.slice(0, plan.steps.indexOf(stepOf(plan, id)))
}

function stepOf(plan: Plan, id: string): StepPlan {
  const step = plan.steps.find((one) => one.id === id)
  if (step === undefined) throw new Error(`there is no step \`${id}\``)
  return step
}
