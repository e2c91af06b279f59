import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Condition, Plan, StepPlan } from '../../schemas/plan.ts'
import type { AttestedFact, Denial, Outcome, SignedVote, StepResult } from '../../schemas/run.ts'
import type { Ledger } from './ledger.ts'
import type { Ports } from './ports.ts'
import { runValue } from './rules.ts'
import type { Scope } from './scope.ts'
import { policyValues, variablesOf } from './variables.ts'

/** A run in flight: what is known and done so far. */
export interface Run {
  readonly plan: Plan
  /** Types of everything that expressions can name, worked out once. */
  readonly types: Scope['types']
  readonly inputs: JsonObject
  readonly runId: string
  readonly ports: Ports
  readonly ledger: Ledger
  readonly results: Map<string, StepResult>
  /** Cases of decisions and outputs of actions, by step. */
  readonly outputs: Map<string, Json>
  /** The newest reading of each fact. */
  readonly records: Map<string, AttestedFact>
  /** The readings on which each decision was taken. */
  readonly bases: Map<string, Readonly<Record<string, AttestedFact>>>
  /** Votes that were counted, on questions that stand. */
  votes: readonly SignedVote[]
  /** How often an activity of this name was scheduled: ids stay unique and readable. */
  readonly activities: Map<string, number>
  /** Rounds of conflicts, by step. */
  readonly rounds: Map<string, number>
  readonly effects: string[]
  readonly left: Outcome['left'][number][]
  /** A completed step that says nothing of what stays behind: stopping after it is not safe. */
  unsafe: boolean
}

/** How a step ended. */
export interface Ended {
  readonly result: StepResult
  readonly detail?: string
  readonly denial?: Denial
  /** The conditional write lost: go back to the readings. */
  readonly conflict?: boolean
}

/** Opens a run. */
export function openRun(
  plan: Plan,
  admission: { runId: string; inputs: JsonObject },
  carried: { ports: Ports; ledger: Ledger },
): Run {
  return {
    plan,
    types: variablesOf(plan),
    inputs: admission.inputs,
    runId: admission.runId,
    ...carried,
    results: new Map(),
    outputs: new Map(),
    records: new Map(),
    bases: new Map(),
    votes: [],
    activities: new Map(),
    rounds: new Map(),
    effects: [],
    left: [],
    unsafe: false,
  }
}

/** What expressions can see at this point of the run. */
export function scopeOf(run: Run): Scope {
  return {
    types: run.types,
    values: {
      inputs: run.inputs,
      policy: policyValues(run.plan),
      run: runValue(run.runId, run.effects, run.plan.effects),
      ...Object.fromEntries(run.outputs),
    },
    facts: run.plan.facts,
    records: Object.fromEntries([...run.records].map(([name, { record }]) => [name, record])),
  }
}

/** The newest readings of these facts; one that could not be taken, since its own inputs are unknown, is attested by nobody. */
export function attestedFacts(run: Run, names: ReadonlySet<string>): Record<string, AttestedFact> {
  return Object.fromEntries([...run.records].filter(([name, { signature }]) => names.has(name) && signature !== ''))
}

/** Did every named step end with one of the named results? */
export function holds(condition: Condition, run: Run): boolean {
  return condition.every(({ step, results }) => results.includes(run.results.get(step) ?? ''))
}

/** A readable activity id that is unique in the run: `step`, then `step#2`. */
export function activityId(run: Run, name: string): string {
  const times = (run.activities.get(name) ?? 0) + 1
  run.activities.set(name, times)
  return times === 1 ? name : `${name}#${times}`
}

/** Notes how a step ended, where later conditions and expressions look for it. */
export function settle(run: Run, step: StepPlan, ended: Ended): void {
  run.results.set(step.id, ended.result)
  if (step.kind === 'decide' && ended.result !== 'skipped') run.outputs.set(step.id, ended.result)
  run.ledger.stepEnds(step.id, ended.result, ended.detail)
}
