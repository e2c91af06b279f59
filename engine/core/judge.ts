import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Predicate } from '../../schemas/plan.ts'
import { evaluatePredicate, PredicateError } from './cel.ts'
import { lookUp, rootValue } from './scope.ts'
import type { Looked, Scope } from './scope.ts'

/** What a predicate says, three-valued, and what it saw. */
export interface Judgement {
  readonly says: 'true' | 'false' | 'unknown'
  /** Path → the value seen, or the reason why it is unknown. */
  readonly observed: JsonObject
}

/** How many items of a list are kept beside a verdict; the whole list is in the fact's own record. */
const ITEMS_SHOWN = 20

/** Judges a predicate: unknown wherever a value that it uses is in doubt, before anything is evaluated (G10). */
export function judge(predicate: Predicate, scope: Scope): Judgement {
  const seen = predicate.uses.map((path) => ({ path: path.join('.'), looked: lookUp(path, scope) }))
  const doubts = seen.filter(({ looked }) => 'unknown' in looked)
  if (doubts.length > 0) return { says: 'unknown', observed: observe(doubts) }
  return evaluate(predicate, scope, observe(seen))
}

function evaluate(predicate: Predicate, scope: Scope, observed: JsonObject): Judgement {
  try {
    const holds = evaluatePredicate(predicate.cel, scope.types, valuesFor(predicate, scope))
    return { says: holds ? 'true' : 'false', observed }
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error
    return { says: 'unknown', observed: { ...observed, problem: error.message } }
  }
}

/** Only the roots that the predicate uses, so that an unknown fact beside them does not matter. */
function valuesFor(predicate: Predicate, scope: Scope): Record<string, Json> {
  const values: Record<string, Json> = {}
  for (const [root] of predicate.uses) {
    const looked = root === undefined ? undefined : rootValue(root, scope)
    if (root !== undefined && looked !== undefined && 'value' in looked) values[root] = looked.value
  }
  return values
}

function observe(seen: readonly { readonly path: string; readonly looked: Looked }[]): JsonObject {
  return Object.fromEntries(
    seen.map(({ path, looked }) => [path, 'value' in looked ? shown(looked.value) : { unknown: looked.unknown }]),
  )
}

function shown(value: Json): Json {
  if (!Array.isArray(value) || value.length <= ITEMS_SHOWN) return value
  return { items: value.length, first: value.slice(0, ITEMS_SHOWN) as Json[] }
}
