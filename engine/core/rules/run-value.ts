import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import { LINEAGE } from '../predicate/receipts.ts'
import { lineage, targetOf } from './effects.ts'
import type { Effects } from './effects.ts'
import type { GuardedEffect, RunSoFar } from './seen.ts'
import { objectsIn } from './subjects.ts'

type Receipts = NonNullable<RunSoFar['effects']>

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
  const { named, shown } = seenOf(receipts, effects)
  const also = guarded === undefined ? [] : namedBy(guarded, effects)
  return { id, subjects: [...new Set([...subjects, ...named, ...also])].sort(), effects: shown }
}

/** What receipts name, and how expressions see them. */
interface SeenReceipts {
  readonly named: readonly string[]
  readonly shown: readonly JsonObject[]
}

const known = new WeakMap<Receipts, WeakMap<Effects, SeenReceipts>>()

/** Worked out once for each list of receipts: every rule of a pass looks at the same. */
function seenOf(receipts: Receipts, effects: Effects): SeenReceipts {
  const ofReceipts = known.get(receipts) ?? new WeakMap<Effects, SeenReceipts>()
  known.set(receipts, ofReceipts)
  const seen = ofReceipts.get(effects) ?? {
    named: receipts.flatMap((receipt) => namedBy(receipt, effects)),
    shown: receipts.map(({ effect, step, status, approved, undone }) => {
      return { effect, step, status, approved, undone, [LINEAGE]: lineage(effect, effects) }
    }),
  }
  ofReceipts.set(effects, seen)
  return seen
}

function namedBy({ effect, target }: GuardedEffect, effects: Effects): string[] {
  return objectsIn({ types: targetOf(effect, effects), values: target })
}

/** The objects that the inputs of a run name. */
export function subjectsOfInputs(inputs: Plan['inputs'], values: JsonObject): string[] {
  return objectsIn({
    types: Object.fromEntries(Object.entries(inputs).map(([name, { type }]) => [name, type])),
    values,
  })
}
