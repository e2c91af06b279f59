import type { FactRecord } from '../../../schemas/fact.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { DecidedCase, StepResult, Verdict } from '../../../schemas/run.ts'
import { policyValues, variablesOf } from '../../core/variables.ts'
import { runValue, subjectsOfInputs } from '../../core/rules.ts'
import type { Scope } from '../../core/scope.ts'
import { PassReadings } from '../door/pass-readings.ts'
import type { Host } from '../host.ts'
import { decideNow } from './decide-now.ts'
import { effectsNow } from './effects-now.ts'
import { readNow } from './read-now.ts'

/** What is needed to look at a Plan as if it were carried out now. */
export type Looking = Pick<Host, 'definitions' | 'connections'>

/** A Plan on the facts of this moment. It is no evidence: nothing of it is signed, and at the effect everything is looked at anew. */
export interface Preview {
  readonly readings: readonly FactRecord[]
  /** Facts that cannot be read before the run: they need what a step will say. */
  readonly later: readonly string[]
  readonly decisions: readonly PreviewedDecision[]
  readonly effects: readonly PreviewedEffect[]
}

/** A decision as it would be taken now. */
export interface PreviewedDecision {
  readonly step: string
  readonly result: StepResult
  readonly cases: readonly DecidedCase[]
}

/** An effect as its rules would judge it now. */
export interface PreviewedEffect {
  readonly at: string
  readonly effect: string
  /** Whether the decisions of now lead there; `perhaps` where the run alone can tell. */
  readonly reached: 'yes' | 'no' | 'perhaps'
  readonly target: JsonObject
  /** Why its target cannot be told before the run. */
  readonly open?: string
  readonly says: 'passes' | 'denied' | 'unknown'
  readonly verdicts: readonly Verdict[]
  /** Rules whose checks rest on what the run will have done. */
  readonly inTheRun: readonly string[]
}

/** Takes every reading that can be taken now, and judges decisions and rules on it. No effect is performed, and nothing is recorded. */
export async function previewPlan(plan: Plan, inputs: JsonObject, looking: Looking): Promise<Preview> {
  const readings = new PassReadings(looking as Host)
  const scope = scopeOf(plan, inputs)
  const read = await readNow(plan, scope, readings)
  const now: Scope = { ...scope, records: read.records }
  const decisions = decideNow(plan, now)
  const results = new Map(decisions.map(({ step, result }) => [step, result]))
  const effects = await effectsNow({ plan, inputs, scope: now, readings, results })
  return { readings: Object.values(read.records), later: read.later, decisions, effects }
}

function scopeOf(plan: Plan, inputs: JsonObject): Scope {
  const run = { id: 'preview', subjects: subjectsOfInputs(plan.inputs, inputs), effects: [] }
  return {
    types: variablesOf(plan),
    values: { inputs, policy: policyValues(plan), run: runValue(run, plan.effects) },
    facts: plan.facts,
    records: {},
  }
}
