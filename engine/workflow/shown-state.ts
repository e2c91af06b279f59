import type { FactRecord } from '../../schemas/fact.ts'
import type { RunState } from '../../schemas/run.ts'
import { weightOf } from '../core/pieces.ts'

/** Temporal answers no query with more than 2 MB. */
const MOST = 1_900_000

/** The state as a query can answer it: of readings that are too much together, the largest values are left out, in words. */
export function shownState(state: RunState): RunState {
  let excess = weightOf(state) - MOST
  if (excess <= 0) return state
  const facts = Object.entries(state.facts).map(([name, record]) => ({ name, record, weight: weightOf(record.value) }))
  const left = new Map<string, FactRecord>()
  for (const { name, record, weight } of facts.sort((a, b) => b.weight - a.weight)) {
    if (excess <= 0) break
    left.set(name, withoutValue(record, weight))
    excess -= weight
  }
  return { ...state, facts: { ...state.facts, ...Object.fromEntries(left) } }
}

/** It was read, and decided on: only here it is not shown. */
function withoutValue({ value: _large, ...record }: FactRecord, weight: number): FactRecord {
  const detail = `its ${Math.ceil(weight / 1024)} kB are not shown here; they stand in the evidence of the run`
  return { ...record, unknown: { reason: 'too-large', detail } }
}
