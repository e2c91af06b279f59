import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import { LINEAGE } from '../predicate/receipts.ts'
import { lineage, targetOf } from './effects.ts'
import type { Effects } from './effects.ts'
import type { GuardedEffect, RunSoFar } from './seen.ts'
import { objectsIn } from './subjects.ts'

/**
 * What expressions see as `run` (G15): every receipt, and the objects that inputs, receipts and the effect at hand name.
 * Where the receipts cannot be read, nobody can say either.
 */
export function runValue(
  { id, subjects, effects: receipts }: Pick<RunSoFar, 'id' | 'subjects' | 'effects'>,
  effects: Effects,
  guarded?: GuardedEffect,
): JsonObject {
  if (receipts === undefined) return { id }
  const acted = guarded === undefined ? receipts : [...receipts, guarded]
  const named = acted.flatMap(({ effect, target }) => objectsIn({ types: targetOf(effect, effects), values: target }))
  return {
    id,
    subjects: [...new Set([...subjects, ...named])].sort(),
    effects: receipts.map(({ effect, step, status, approved, undone }) => {
      return { effect, step, status, approved, undone, [LINEAGE]: lineage(effect, effects) }
    }),
  }
}

/** The objects that the inputs of a run name. */
export function subjectsOfInputs(inputs: Plan['inputs'], values: JsonObject): string[] {
  return objectsIn({
    types: Object.fromEntries(Object.entries(inputs).map(([name, { type }]) => [name, type])),
    values,
  })
}
