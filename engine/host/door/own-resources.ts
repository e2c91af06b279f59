import type { DoStep } from '../../../schemas/plan.ts'
import { resourcesOf } from '../../core/rules.ts'
import type { Held } from '../../core/rules.ts'
import type { Claimed } from './claimed.ts'
import type { Instance } from './instance.ts'
import { Known } from './known.ts'

/**
 * The resources with which a step itself wants to be alone (G3), by what it rests on; or why nobody can tell which they are. Its undo
 * wants the same, but where nobody can tell any more, it goes without: nothing is worse than what stays half done.
 */
export function ownResources(
  { instance, undo }: { readonly instance: Instance & { readonly step: DoStep }; readonly undo: boolean },
  claimed: Claimed,
): Held {
  const { hold = [] } = instance.step
  if (hold.length === 0) return { resources: [] }
  const scope = new Known(claimed).scopeAt(instance, claimed.grounds.facts)
  const held = resourcesOf({ form: 'require', guards: [], require: [], hold }, scope)
  return undo && 'unknown' in held ? { resources: [] } : held
}

/** Both together, each once and sorted. */
export function together(one: Held, other: Held): Held {
  if ('unknown' in one) return one
  if ('unknown' in other) return other
  return { resources: [...new Set([...one.resources, ...other.resources])].sort() }
}
