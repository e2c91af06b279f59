import type { Site } from '../../core/rules.ts'
import { lineageOf } from '../ground/effects.ts'
import type { World } from '../world.ts'

/** An effect at a place; `order` is where the place stands among all of them. */
export interface Reached {
  readonly site: Site
  readonly effect: string
  readonly order: number
}

/** Everything that a runbook can reach, found by name: most rules guard nothing of it. */
export interface Reach {
  readonly sites: readonly Site[]
  readonly all: readonly Reached[]
  /** By the effect and everything above it. */
  readonly byEffect: ReadonlyMap<string, readonly Reached[]>
  /** Places that read something, by the reading. */
  readonly byReading: ReadonlyMap<string, readonly Site[]>
}

/** Sorts the places of a runbook by what they cause and read. */
export function reachOf(sites: readonly Site[], { effects }: World): Reach {
  const all = sites.flatMap((site, order) => site.causes.map(({ effect }): Reached => ({ site, effect, order })))
  const byEffect = new Map<string, Reached[]>()
  for (const reached of all) for (const name of lineageOf(reached.effect, effects.byName)) push(byEffect, name, reached)
  const byReading = new Map<string, Site[]>()
  for (const site of sites) for (const action of actionsOf(site)) push(byReading, action, site)
  return { sites, all, byEffect, byReading }
}

function actionsOf({ reads }: Site): Set<string> {
  return new Set(reads.map(({ action }) => action))
}

function push<T>(map: Map<string, T[]>, name: string, value: T): void {
  const found = map.get(name)
  if (found === undefined) map.set(name, [value])
  else found.push(value)
}
