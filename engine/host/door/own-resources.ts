import type { DoStep } from '../../../schemas/plan.ts'
import { resourcesOf } from '../../core/rules.ts'
import type { Held } from '../../core/rules.ts'
import type { Claimed } from './claimed.ts'
import type { Instance } from './instance.ts'
import type { Known } from './known.ts'

/**
 * The resources with which a step itself wants to be alone (G3), by what it rests on; or why nobody can tell which they are. Its undo
 * wants the same, but where nobody can tell any more, it goes without: nothing is worse than what stays half done.
 */
export function ownResources(
  { instance, undo }: { readonly instance: Instance & { readonly step: DoStep }; readonly undo: boolean },
  { grounds }: Claimed,
  known: Known,
): Held {
  const { hold = [] } = instance.step
  if (hold.length === 0) return { resources: [] }
  const held = resourcesOf(hold, known.scopeAt(instance, grounds.facts))
  return undo && 'unknown' in held ? { resources: [] } : held
}
