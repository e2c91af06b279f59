import { canonical } from '../../../schemas/canonical.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { ApproveStep, DecideStep, DoStep, Plan } from '../../../schemas/plan.ts'
import type { AttestedFact, Grounds } from '../../../schemas/run.ts'
import { decide } from '../../core/decide.ts'
import { resolveOperands } from '../../core/operand.ts'
import { runValue } from '../../core/rules.ts'
import type { Scope } from '../../core/scope.ts'
import { policyValues, variablesOf } from '../../core/variables.ts'
import type { Host } from '../host.ts'
import { voteCounts } from '../votes.ts'
import type { DoneStep } from './records.ts'

/** A request, with what the door itself knows of the run. */
export interface Claimed {
  readonly host: Host
  readonly plan: Plan
  readonly step: DoStep
  readonly run: { readonly id: string; readonly inputs: JsonObject; readonly effects: readonly string[] }
  readonly done: ReadonlyMap<string, DoneStep>
  readonly grounds: Grounds
  readonly input: JsonObject
  readonly requesters: readonly string[]
}

/**
 * Follows the way to an effect again, on facts that were attested here, votes that were taken here and receipts: so that no
 * activity, decision or approval that somebody completed by hand in Temporal leads to an effect (G25). Answers with what does not
 * follow, or undefined.
 */
export function doesNotFollow(claimed: Claimed): string | undefined {
  return (
    unattested(claimed) ??
    wrongDecision(claimed) ??
    unmetCondition(claimed) ??
    missingApproval(claimed) ??
    otherInput(claimed)
  )
}

function unattested({ host, run, grounds }: Claimed): string | undefined {
  const all = [
    ...Object.entries(grounds.facts),
    ...Object.values(grounds.decisions).flatMap((basis) => Object.entries(basis)),
  ]
  const foreign = all.find(([name, fact]) => fact.record.fact !== name || !host.keys.readHere(run.id, fact))
  return foreign === undefined ? undefined : `the fact \`${foreign[0]}\` was not read by this installation`
}

/** Every decision that the step's condition names must be given with its basis, and come out the same. */
function wrongDecision(claimed: Claimed): string | undefined {
  const decisions = decidesBefore(claimed)
  const missing = claimed.step.when.find(
    ({ step }) => decisions.some(({ id }) => id === step) && claimed.grounds.decisions[step] === undefined,
  )
  return missing === undefined ? undefined : `nothing shows how \`${missing.step}\` was decided`
}

function unmetCondition(claimed: Claimed): string | undefined {
  const unmet = claimed.step.when.find(({ step, results }) => !couldHave(claimed, step, results))
  return unmet === undefined ? undefined : `\`${unmet.step}\` did not end with ${unmet.results.join(' or ')}`
}

/** A decision is taken again; an effect is proven by its receipt; how a reading ended only the run itself knows. */
function couldHave(claimed: Claimed, id: string, results: readonly string[]): boolean {
  const step = claimed.plan.steps.find((other) => other.id === id)
  if (step?.kind === 'decide') return results.includes(decideAgain(claimed, step))
  const needsReceipt = step?.kind === 'do' && results.every((result) => result === 'done' || result === 'timed-out')
  return !needsReceipt || claimed.done.has(id)
}

function decideAgain(claimed: Claimed, step: DecideStep): string {
  return decide(step, scopeOn(claimed, claimed.grounds.decisions[step.id] ?? {})).result
}

/** An approval that stands before the step, and that its own condition did not skip, must have been given. */
function missingApproval(claimed: Claimed): string | undefined {
  const approvals = stepsBefore(claimed).filter((step): step is ApproveStep => step.kind === 'approve')
  const needed = approvals.filter(
    (step) =>
      !step.continueOn.some((result) => result !== 'done') &&
      step.when.every(({ step: id, results }) => couldHave(claimed, id, results)),
  )
  const missing = needed.find((step) => !approved(claimed, step))
  return missing === undefined ? undefined : `\`${missing.id}\` was not approved by those who must`
}

function approved({ host, run, grounds, requesters }: Claimed, step: ApproveStep): boolean {
  const votes = grounds.votes.filter(({ vote }) => vote.step === step.id && vote.decision === 'approve')
  const counted = votes.filter((vote) => voteCounts(host, vote, { runId: run.id, who: step.who, requesters }).counted)
  return step.who.every((role) => counted.some(({ vote }) => vote.role === role))
}

/** The inputs must be what the Plan makes of the attested facts, decisions and receipts. */
function otherInput(claimed: Claimed): string | undefined {
  const resolved = resolveOperands(claimed.step.with, scopeOn(claimed, claimed.grounds.facts))
  if ('unknown' in resolved) return `its inputs do not follow from the facts: ${resolved.unknown}`
  return canonical(resolved.input) === canonical(claimed.input)
    ? undefined
    : 'its inputs are not what the Plan makes of the facts'
}

function scopeOn(claimed: Claimed, basis: Readonly<Record<string, AttestedFact>>): Scope {
  const { plan, run, done } = claimed
  const records: Record<string, FactRecord> = Object.fromEntries(
    Object.entries(basis).map(([name, { record }]) => [name, record]),
  )
  const outputs = Object.fromEntries([...done].map(([id, { output }]) => [id, output]))
  const values: Record<string, Json> = {
    inputs: run.inputs,
    policy: policyValues(plan),
    run: runValue(run.id, run.effects, plan.effects),
    ...outputs,
  }
  return { types: variablesOf(plan), values, facts: plan.facts, records }
}

function stepsBefore({ plan, step }: Claimed): Plan['steps'] {
  return plan.steps.slice(
    0,
    plan.steps.findIndex(({ id }) => id === step.id),
  )
}

function decidesBefore(claimed: Claimed): DecideStep[] {
  return stepsBefore(claimed).filter((step): step is DecideStep => step.kind === 'decide')
}
