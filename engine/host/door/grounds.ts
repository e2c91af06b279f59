import { canonical } from '../../../schemas/canonical.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { DoStep, Plan } from '../../../schemas/plan.ts'
import type { AttestedFact, Grounds } from '../../../schemas/run.ts'
import { resolveOperand, resolveOperands } from '../../core/operand.ts'
import type { Host } from '../host.ts'
import type { DoneStep } from './records.ts'
import { certainScope, isCertain } from './certain.ts'
import { Way } from './way.ts'

/** A request, with what the door itself knows of the run. */
export interface Claimed {
  readonly host: Host
  readonly plan: Plan
  readonly step: DoStep
  readonly run: { readonly id: string; readonly inputs: JsonObject }
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
  const foreign = unattested(claimed) ?? ofAnotherKind(claimed)
  if (foreign !== undefined) return foreign
  const way = new Way(claimed)
  return way.obstacle() ?? unmetCondition(claimed, way) ?? otherPremise(claimed) ?? otherInput(claimed, way)
}

function factsOf({ grounds }: Claimed): [string, AttestedFact][] {
  return [grounds.facts, ...Object.values(grounds.decisions)].flatMap((basis) => Object.entries(basis))
}

function unattested(claimed: Claimed): string | undefined {
  const { host, run } = claimed
  const foreign = factsOf(claimed).find(
    ([name, fact]) => fact.record.fact !== name || !host.keys.readHere(run.id, fact),
  )
  return foreign === undefined ? undefined : `the fact \`${foreign[0]}\` was not read by this installation`
}

/** A reading that was taken here may still be one of something else: of another app, or by another action. */
function ofAnotherKind(claimed: Claimed): string | undefined {
  const other = factsOf(claimed).find(([name, { record }]) => !isOfPlan(claimed, name, record))
  return other === undefined ? undefined : `\`${other[0]}\` is not the reading that the Plan means`
}

/** As far as the inputs of a reading are certain, they must be those of the Plan; the others were facts and outputs then. */
function isOfPlan({ plan, run }: Claimed, name: string, { action, input }: FactRecord): boolean {
  const fact = Object.hasOwn(plan.facts, name) ? plan.facts[name] : undefined
  if (fact?.action !== action || Object.keys(input).some((field) => !Object.hasOwn(fact.with, field))) return false
  const certain = certainScope(plan, run)
  return Object.entries(fact.with).every(([field, operand]) => {
    if (!isCertain(operand)) return true
    const looked = resolveOperand(operand, certain)
    return 'value' in looked && canonical(looked.value) === canonical(input[field] ?? null)
  })
}

function unmetCondition({ step }: Claimed, way: Way): string | undefined {
  const unmet = step.when.find((clause) => way.surelyUnmet(clause))
  return unmet === undefined ? undefined : `\`${unmet.step}\` did not end with ${unmet.results.join(' or ')}`
}

/** The value that the write expects is the one on which it was decided, not a later reading of it (G7). */
function otherPremise({ plan, step, grounds }: Claimed): string | undefined {
  const fact = step.premise?.fact
  if (fact === undefined) return undefined
  const given = grounds.facts[fact]?.signature
  const other = [...restsOn(plan, step)].find((id) => {
    const basis = Object.hasOwn(grounds.decisions, id) ? grounds.decisions[id]?.[fact] : undefined
    return basis !== undefined && basis.signature !== given
  })
  return other === undefined ? undefined : `the decision \`${other}\` rested on another reading of \`${fact}\``
}

/** The steps on which a step rests, through conditions of conditions. */
function restsOn(plan: Plan, { when }: { readonly when: DoStep['when'] }, found = new Set<string>()): Set<string> {
  for (const { step: id } of when) {
    const step = found.has(id) ? undefined : plan.steps.find((other) => other.id === id)
    found.add(id)
    if (step !== undefined) restsOn(plan, step, found)
  }
  return found
}

/** The inputs must be what the Plan makes of the attested facts, decisions and receipts. */
function otherInput({ step, grounds, input }: Claimed, way: Way): string | undefined {
  const resolved = resolveOperands(step.with, way.scopeAt(step, grounds.facts))
  if ('unknown' in resolved) return `its inputs do not follow from the facts: ${resolved.unknown}`
  return canonical(resolved.input) === canonical(input)
    ? undefined
    : 'its inputs are not what the Plan makes of the facts'
}
