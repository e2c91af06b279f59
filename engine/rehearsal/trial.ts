import type { Scenario } from '../../schemas/scenario.ts'
import { differencesOf, differing } from './differences.ts'
import type { Difference, Ended } from './differences.ts'
import { rehearse } from './rehearse.ts'
import { stageOf } from './stage.ts'
import type { Stage } from './stage.ts'
import { compileTwin, rehearseTwin } from './twin.ts'
import type { CompiledTwin, Material, TwinResult } from './twin.ts'

/** A scenario with everything that it needs, compiled once. */
export interface Prepared {
  readonly scenario: Scenario
  readonly stage: Stage
  readonly twin?: CompiledTwin
}

/** How a scenario went: as expected where there are no differences. */
export interface Trial {
  readonly scenario: Scenario
  readonly differences: readonly Difference[]
  readonly rehearsed?: Ended
  readonly twin?: Pick<TwinResult, 'stoppedBy'>
}

/** Gets a scenario on recorded facts ready; undefined where its runbook has no Plan. */
export function prepare(material: Material, scenario: Scenario): Prepared | undefined {
  const stage = stageOf(material.catalogue, scenario.runbook, material.contracts)
  if (stage === undefined) return undefined
  return { scenario, stage, ...(scenario.twin === undefined ? {} : { twin: compileTwin(material, scenario) }) }
}

/** Rehearses a scenario and its twin, and says in what they differ from what must come out. */
export async function tryOut({ scenario, stage, twin: compiled }: Prepared): Promise<Trial> {
  try {
    const rehearsed = await rehearse(stage, scenario)
    const own = differencesOf(scenario, rehearsed, stage)
    if (compiled === undefined) return { scenario, differences: own, rehearsed }
    const twin = await rehearseTwin(compiled, scenario)
    return { scenario, differences: [...own, ...twin.differences], rehearsed, twin }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { scenario, differences: [differing('scenario', 'it can be rehearsed', message)] }
  }
}
