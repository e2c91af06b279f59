import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json } from '../../../schemas/json.ts'
import type { ApproveStep, Condition, DecideStep, StepPlan } from '../../../schemas/plan.ts'
import type { AttestedFact } from '../../../schemas/run.ts'
import { decide } from '../../core/decide.ts'
import { runValue } from '../../core/rules.ts'
import type { Scope } from '../../core/scope.ts'
import { voteCounts } from '../votes.ts'
import { certainScope } from './certain.ts'
import type { Claimed } from './grounds.ts'

type Clause = Condition[number]
type Basis = Readonly<Record<string, AttestedFact>>

/** The steps before an effect, as far as their results can be proven: decisions are taken again, effects have receipts. */
export class Way {
  readonly #claimed: Claimed
  readonly #before: readonly StepPlan[]
  /** The case of each decision whose basis is given. */
  readonly #decided = new Map<string, string>()

  constructor(claimed: Claimed) {
    this.#claimed = claimed
    this.#before = stepsBefore(claimed, claimed.step)
    for (const step of this.#before) {
      const basis = step.kind === 'decide' ? this.#basisOf(step) : undefined
      if (step.kind === 'decide' && basis !== undefined)
        this.#decided.set(step.id, decide(step, this.scopeAt(step, basis)).result)
    }
  }

  /** The first step on the way that must have been, and was not, or at which the run would have stopped. */
  obstacle(): string | undefined {
    for (const step of this.#before) {
      const found = this.#surelySkipped(step) ? undefined : this.#obstacleAt(step)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Whether it is proven that the step did not end so. */
  surelyUnmet({ step: id, results }: Clause): boolean {
    const step = this.#before.find((other) => other.id === id)
    if (step === undefined) return true
    if (this.#surelySkipped(step)) return !results.includes('skipped')
    switch (step.kind) {
      case 'read':
        return false
      case 'decide':
        return this.#decided.has(id) && !results.includes(this.#decided.get(id) ?? '')
      case 'approve':
        return results.every((result) => result === 'done') && !this.#approved(step)
      case 'do':
        return this.#claimed.done.has(id) ? !results.some(needsReceipt) : results.every(needsReceipt)
    }
  }

  /** What expressions could see at a step, with these facts. */
  scopeAt(at: StepPlan, basis: Basis): Scope {
    const { plan, run, done } = this.#claimed
    const earlier = stepsBefore(this.#claimed, at)
    const receipts = earlier.flatMap(({ id }) => [...entryOf(done, id)])
    const values: Record<string, Json> = {
      run: runValue(
        run.id,
        receipts.flatMap(([, { effects }]) => effects),
        plan.effects,
      ),
      ...Object.fromEntries(receipts.map(([id, { output }]) => [id, output])),
      ...Object.fromEntries(earlier.flatMap(({ id }) => [...entryOf(this.#decided, id)])),
    }
    const records: Record<string, FactRecord> = Object.fromEntries(
      Object.entries(basis).map(([name, { record }]) => [name, record]),
    )
    const certain = certainScope(plan, run)
    return { ...certain, values: { ...certain.values, ...values }, records }
  }

  #obstacleAt(step: StepPlan): string | undefined {
    switch (step.kind) {
      case 'read':
        return undefined
      case 'decide':
        return this.#obstacleOfDecision(step)
      case 'approve':
        return step.continueOn.every((result) => result === 'done') && !this.#approved(step)
          ? `\`${step.id}\` was not approved by those who must`
          : undefined
      case 'do':
        return step.continueOn.every(needsReceipt) && !this.#claimed.done.has(step.id)
          ? `there is no receipt of \`${step.id}\`, which comes before it`
          : undefined
    }
  }

  #obstacleOfDecision(step: DecideStep): string | undefined {
    const decided = this.#decided.get(step.id)
    if (decided === undefined) return `nothing shows how \`${step.id}\` was decided`
    return step.continueOn.includes(decided) ? undefined : `\`${step.id}\` comes to ${decided}, and the run stops there`
  }

  #surelySkipped(step: StepPlan): boolean {
    return step.when.some((clause) => this.surelyUnmet(clause))
  }

  /** One person of each role; nobody answers for two. */
  #approved(step: ApproveStep): boolean {
    const { host, run, grounds, requesters } = this.#claimed
    const people = new Map<string, string>()
    for (const signed of grounds.votes) {
      const { vote } = signed
      const forThis = vote.step === step.id && vote.decision === 'approve'
      if (!forThis || !voteCounts(host, signed, { runId: run.id, who: step.who, requesters }).counted) continue
      const elsewhere = [...people].some(([role, user]) => user === vote.by.user && role !== vote.role)
      if (!elsewhere) people.set(vote.role, vote.by.user)
    }
    return step.who.every((role) => people.has(role))
  }

  #basisOf({ id }: DecideStep): Basis | undefined {
    const { decisions } = this.#claimed.grounds
    return Object.hasOwn(decisions, id) ? decisions[id] : undefined
  }
}

function stepsBefore({ plan }: Claimed, step: StepPlan): readonly StepPlan[] {
  return plan.steps.slice(
    0,
    plan.steps.findIndex(({ id }) => id === step.id),
  )
}

/** How a step ends whose effect has happened. */
function needsReceipt(result: string): boolean {
  return result === 'done' || result === 'timed-out'
}

function entryOf<T>(map: ReadonlyMap<string, T>, id: string): [string, T][] {
  const value = map.get(id)
  return value === undefined ? [] : [[id, value]]
}
