import { contractDigest } from '../../../actions/contract.ts'
import type { DoStep, Operand, Plan, UndoPlan } from '../../../schemas/plan.ts'
import { resolveOperand } from '../../core/operand.ts'
import { canonical } from '../../../schemas/canonical.ts'
import { pathsOf } from './certain.ts'
import type { Claimed } from './claimed.ts'
import { callers, isSurelyAfter, locate } from './instance.ts'
import type { Instance } from './instance.ts'
import type { Known } from './known.ts'

/**
 * The last is taken back first (G24): answers with what was done after an instance, can be taken back, and of which no record shows
 * that this was tried. Items that went side by side have no order.
 */
export function undoneTooEarly(instance: Instance, claimed: Claimed, known: Known): string | undefined {
  const root = (callers(instance)[0] ?? instance).spot.level.plan
  const later = [...claimed.done.keys()].find((id) => {
    const located = locate(root, id)
    if (located === undefined || located.undo || !isSurelyAfter(located.instance, instance)) return false
    return !claimed.tried.has(`${id}-undo`) && canBeTried(located.instance, claimed, known)
  })
  return later === undefined ? undefined : `\`${later}\` was done after it, and is taken back before it`
}

/** Whether an honest run comes to the door with the undo: it says how, this worker has it, and its inputs are known. */
function canBeTried(at: Instance, claimed: Claimed, known: Known): boolean {
  const { step, spot } = at
  if (step.kind !== 'do' || step.undo === undefined || !isHere(step.undo, spot.level.plan, claimed)) return false
  const scope = known.scopeAt(at, {}, 'with-its-output')
  return Object.values(step.undo.with).every(
    (operand) => 'value' in resolveOperand(operand, scope) || wasKnown(operand, { step, plan: spot.level.plan }),
  )
}

/** An undo whose contract has changed since is refused before anything of it is on record. */
function isHere({ action }: UndoPlan, { contracts }: Plan, { host }: Claimed): boolean {
  const [planned, current] = [contracts[action], host.contracts.get(action)]
  return planned !== undefined && current !== undefined && contractDigest(planned) === contractDigest(current)
}

/** A fact that the step itself could not have gone without. Of any other, nobody can say any more whether it was known. */
function wasKnown(operand: Operand, { step, plan }: { readonly step: DoStep; readonly plan: Plan }): boolean {
  const needed = new Set(Object.values(step.with).flatMap((other) => ('path' in other ? [canonical(other.path)] : [])))
  return pathsOf(operand).every((path) => Object.hasOwn(plan.facts, path[0] ?? '') && needed.has(canonical(path)))
}
