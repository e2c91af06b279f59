import type { DoStep } from '../../../schemas/plan.ts'
import { around, instanceAt } from './instance.ts'
import type { Instance } from './instance.ts'

/** The fact on which a conditional write rests; where that is the list of a loop, the loop by its instance without an item. */
export interface PremiseBehind {
  readonly fact: string
  readonly loop?: string
}

/** Follows a premise through the loop item that names it; undefined where it is no reading of the run, such as an earlier output. */
export function premiseBehind(instance: Instance & { readonly step: DoStep }): PremiseBehind | undefined {
  const name = instance.step.premise?.fact
  if (name === undefined) return undefined
  const facts = instance.spot.level.plan.facts
  for (const { step, spot } of [...around(instance), instance].reverse()) {
    if (step.forEach?.item !== name) continue
    const [fact = ''] = step.forEach.list
    return Object.hasOwn(facts, fact) ? { fact, loop: instanceAt(spot, step).id } : undefined
  }
  return Object.hasOwn(facts, name) ? { fact: name } : undefined
}
