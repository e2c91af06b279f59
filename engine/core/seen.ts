import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Condition } from '../../schemas/plan.ts'
import type { AttestedFact } from '../../schemas/run.ts'
import type { Run } from './run.ts'
import { runValue, subjectsOfInputs } from './rules/run-value.ts'
import type { Scope } from './scope.ts'
import { policyValues } from './variables.ts'

/** What expressions can see at this point of the run: everything of this place and of those around it. */
export function scopeOf(run: Run): Scope {
  const places = outermostFirst(run)
  return {
    types: run.types,
    values: {
      inputs: run.inputs,
      policy: policyValues(run.plan),
      ...Object.fromEntries(places.flatMap((place) => Object.entries(valuesOf(place)))),
      // Receipts can be many: they are only looked at where an expression names them.
      get run() {
        return runSeen(run)
      },
    },
    facts: run.plan.facts,
    records: Object.fromEntries(
      places.flatMap(({ records }) => [...records].map(([name, { record }]) => [name, record])),
    ),
  }
}

/** This place and those around it in the same Plan, innermost last. */
export function outermostFirst(run: Run): Run[] {
  return run.around === undefined ? [run] : [...outermostFirst(run.around), run]
}

/** The same, beginning with the run itself: through all calls. */
export function fromTheTop(run: Run): Run[] {
  return [...(run.caller === undefined ? [] : fromTheTop(run.caller)), ...outermostFirst(run)]
}

function valuesOf({ outputs, item }: Run): Record<string, Json> {
  return { ...(item === undefined ? {} : { [item.name]: item.value }), ...Object.fromEntries(outputs) }
}

function runSeen({ whole, plan }: Run): JsonObject {
  // A called runbook sees what its callers have done, also what it could not do itself (G15).
  const hierarchy = { ...whole.plan.effects, ...plan.effects }
  const effects = whole.receipts.filter(({ effect }) => Object.hasOwn(hierarchy, effect))
  return runValue({ id: whole.runId, subjects: subjectsOfInputs(whole.plan.inputs, whole.inputs), effects }, hierarchy)
}

/** The newest reading of a fact, as it is seen here. */
export function readingOf(run: Run, name: string): AttestedFact | undefined {
  return run.records.get(name) ?? (run.around === undefined ? undefined : readingOf(run.around, name))
}

/** The newest readings of these facts; one that could not be taken, since its own inputs are unknown, is attested by nobody. */
export function attestedFacts(run: Run, names: Iterable<string>): Record<string, AttestedFact> {
  const facts: Record<string, AttestedFact> = {}
  for (const name of names) {
    const reading = readingOf(run, name)
    if (reading !== undefined && reading.signature !== '') facts[name] = reading
  }
  return facts
}

/** Did every named step end with one of the named results? */
export function holds(condition: Condition, run: Run): boolean {
  return condition.every(({ step, results }) => results.includes(resultOf(run, step) ?? ''))
}

/** How a step ended, as it is seen here. */
export function resultOf(run: Run, step: string): string | undefined {
  return run.results.get(step) ?? (run.around === undefined ? undefined : resultOf(run.around, step))
}
