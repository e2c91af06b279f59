import type { Json } from '../../../schemas/json.ts'
import type { AskStep, CallStep, Condition, DecideStep, DoStep, StepPlan } from '../../../schemas/plan.ts'
import { mayBeEmpty } from '../../core/rules.ts'
import { chosenOption, isApproved } from './answers.ts'
import type { Claimed } from './claimed.ts'
import { around, callers, endOf, inside, instanceAt, isLoop, levelOf, stepsAt } from './instance.ts'
import type { Instance, Spot } from './instance.ts'
import type { Known } from './known.ts'

type Clause = Condition[number]

/** Whether a step ended with one of some results, as far as that can be proven. */
type Proven = 'surely' | 'surely-not' | 'open'

/** Why the run does not come further, or does not as far as anything shows. */
interface Obstacle {
  readonly why: string
  /** It is shown that a decision, an answer or a called runbook has stopped the run here: its outcomes are judged then. */
  readonly byCase?: true
}

/**
 * The way to an instance, as far as it can be proven: decisions are taken again, effects have receipts, answers have votes, calls
 * have said how they ended. What stands before it on every level, at every spot around it and in the earlier items of its loops
 * must have been, or must have been skipped.
 */
export class Way {
  readonly #claimed: Claimed
  readonly #known: Known

  constructor(claimed: Claimed, known: Known) {
    this.#claimed = claimed
    this.#known = known
  }

  /** The first thing on the way that must have been, and was not, or at which the run would have stopped. */
  obstacleTo(instance: Instance): string | undefined {
    return this.#obstacleTo(instance)?.why
  }

  /** Why the steps at a spot cannot have ended so; undefined where they may have. */
  obstacleToEnd(spot: Spot, when: Condition): string | undefined {
    const unmet = when.find((clause) => this.#proven(clause, spot) === 'surely-not')
    if (unmet !== undefined) return notEnded(unmet)
    const end = this.#obstacleTo(endOf(spot))
    const there = end === undefined || end.byCase === true || when.some((clause) => this.#mayHaveStopped(clause, spot))
    return there ? undefined : end?.why
  }

  /** Whether the run came to the step of a clause, and what the clause says of its end stops a run. */
  #mayHaveStopped({ step: id, results }: Clause, spot: Spot): boolean {
    const at = this.#seenFrom(spot, id)
    const stops = results.some((result) => result === 'failed' || at?.step.continueOn.includes(result) === false)
    return at !== undefined && stops && this.#obstacleTo(at) === undefined
  }

  #obstacleTo(instance: Instance): Obstacle | undefined {
    for (const passed of [...callers(instance), instance]) {
      for (const at of [...around(passed), passed]) {
        const found = this.#obstacleBefore(at) ?? this.#obstacleOfCondition(at) ?? this.#obstacleOfItem(at)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  #obstacleBefore({ spot, step }: Instance): Obstacle | undefined {
    const steps = stepsAt(spot)
    return this.#firstObstacle(spot, steps.slice(0, Math.max(0, steps.indexOf(step))), 'on-the-way')
  }

  #obstacleOfCondition({ spot, step }: Instance): Obstacle | undefined {
    const unmet = step.when.find((clause) => this.#proven(clause, spot) === 'surely-not')
    return unmet === undefined ? undefined : { why: notEnded(unmet) }
  }

  /** The item is one of the attested list; where items follow one another, those before it are done. */
  #obstacleOfItem({ spot, step, item }: Instance): Obstacle | undefined {
    if (!isLoop(step) || item === undefined) return undefined
    const loop = instanceAt(spot, step)
    const list = this.#known.itemsOf(loop)
    if ('unknown' in list) return { why: `nothing shows over what \`${loop.id}\` goes: ${list.unknown}` }
    if (item >= lengthOf(list.value)) return { why: `\`${loop.id}\` has no item ${item}` }
    return step.forEach.atOnce > 1 ? undefined : this.#obstacleInItems(loop, item)
  }

  #firstObstacle(spot: Spot, steps: readonly StepPlan[], how: 'on-the-way' | 'aside'): Obstacle | undefined {
    for (const step of steps) {
      const skipped = this.#skipped(step, spot)
      // Whether a step aside was skipped may rest on a decision that nobody shows here any more.
      if (skipped === 'surely' || (skipped === 'open' && (how === 'aside' || !isOnlyDecided(step, spot)))) continue
      const at = instanceAt(spot, step)
      const found = isLoop(step) ? this.#obstacleOfLoop(at) : this.#obstacleAt(at, how)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** An earlier loop went over its whole list, unless the run goes on after a stop in it. */
  #obstacleOfLoop(loop: Instance): Obstacle | undefined {
    if (!loop.step.continueOn.every(isDone) || !leavesProof(loop.step)) return undefined
    const list = this.#known.itemsOf(loop)
    if ('unknown' in list) return { why: `nothing shows over what \`${loop.id}\` went: ${list.unknown}` }
    const { level } = loop.spot
    if (lengthOf(list.value) === 0 && !mayBeEmpty(level.plan, loop.step.forEach?.list ?? [], loop.step.id))
      return { why: `the list of \`${loop.id}\` is empty, and nothing says that empty is a value` }
    return this.#obstacleInItems(loop, lengthOf(list.value))
  }

  #obstacleInItems({ spot, step }: Instance, end: number): Obstacle | undefined {
    for (let item = 0; item < end; item += 1) {
      const found = this.#obstacleAt(instanceAt(spot, step, item), 'aside')
      if (found !== undefined) return found
    }
    return undefined
  }

  #obstacleAt(at: Instance, how: 'on-the-way' | 'aside'): Obstacle | undefined {
    const { step } = at
    switch (step.kind) {
      case 'read':
        return undefined
      case 'decide':
        return this.#obstacleOfDecision({ ...at, step }, how)
      case 'approve':
        return step.continueOn.every(isDone) && !isApproved({ ...at, step }, this.#claimed)
          ? { why: `\`${at.id}\` was not approved by those who must` }
          : undefined
      case 'ask':
        return this.#obstacleOfChoice({ ...at, step })
      case 'do':
        return this.#obstacleOfEffect({ ...at, step })
      case 'call':
        return this.#obstacleOfCall({ ...at, step })
      case 'block':
        return step.continueOn.every(isDone) ? this.#firstObstacle(inside(at), step.steps, how) : undefined
    }
  }

  /** What was decided aside on readings, is shown no more. */
  #obstacleOfDecision(at: Instance & { readonly step: DecideStep }, how: 'on-the-way' | 'aside'): Obstacle | undefined {
    const decided = this.#decided(at)
    if (decided === undefined)
      return how === 'aside' ? undefined : { why: `nothing shows how \`${at.id}\` was decided` }
    return at.step.continueOn.includes(decided)
      ? undefined
      : { why: `\`${at.id}\` comes to ${decided}, and the run stops there`, byCase: true }
  }

  #decided(at: Instance & { readonly step: DecideStep }): string | undefined {
    return this.#known.decided(at) ?? this.#known.decidedWithoutReadings(at)
  }

  #obstacleOfChoice(at: Instance & { readonly step: AskStep }): Obstacle | undefined {
    const { continueOn } = at.step
    const chosen = chosenOption(at, this.#claimed)
    if (chosen === undefined)
      return continueOn.includes('timed-out') ? undefined : { why: `nothing shows what was answered to \`${at.id}\`` }
    return continueOn.includes(chosen)
      ? undefined
      : { why: `the answer to \`${at.id}\` is ${chosen}, and the run stops there`, byCase: true }
  }

  #obstacleOfEffect({ id, step }: Instance & { readonly step: DoStep }): Obstacle | undefined {
    return step.continueOn.every(needsReceipt) && !this.#claimed.done.has(id)
      ? { why: `there is no receipt of \`${id}\`, which comes before it` }
      : undefined
  }

  #obstacleOfCall(at: Instance & { readonly step: CallStep }): Obstacle | undefined {
    const { id } = at
    const outcome = this.#claimed.called.get(id)?.outcome
    const goesOn = wellFor(at)
    const silent = goesOn.some((result) => result === 'denied' || result === 'failed')
    if (outcome === undefined) return silent ? undefined : { why: `nothing shows how \`${id}\` ended` }
    return goesOn.includes(outcome)
      ? undefined
      : { why: `\`${id}\` ended as ${outcome}, and the run stops there`, byCase: true }
  }

  #skipped({ when }: StepPlan, spot: Spot): Proven {
    const clauses = when.map((clause) => this.#proven(clause, spot))
    if (clauses.includes('surely-not')) return 'surely'
    return clauses.includes('open') ? 'open' : 'surely-not'
  }

  /** How certain it is that the step of a clause, as it is seen from a spot, ended so. */
  #proven({ step: id, results }: Clause, from: Spot): Proven {
    const at = this.#seenFrom(from, id)
    if (at === undefined) return 'surely-not'
    const skipped = this.#skipped(at.step, at.spot)
    if (skipped === 'surely') return results.includes('skipped') ? 'surely' : 'surely-not'
    const ended = this.#endedSo(at, results)
    return skipped === 'open' && ended === 'surely-not' && results.includes('skipped') ? 'open' : ended
  }

  #endedSo(at: Instance, results: readonly string[]): Proven {
    const { step } = at
    if (isLoop(step)) return results.every(isDone) && this.#obstacleOfLoop(at) !== undefined ? 'surely-not' : 'open'
    switch (step.kind) {
      case 'read':
        return step.expect === undefined ? among(results, 'done') : 'open'
      case 'decide':
        return among(results, this.#decided({ ...at, step }))
      case 'approve':
        return isApproved({ ...at, step }, this.#claimed) ? among(results, 'done') : unless(results, ['done'])
      case 'ask':
        return this.#answeredSo({ ...at, step }, results)
      case 'do':
        return this.#doneSo({ ...at, step }, results)
      case 'call':
        return this.#calledSo(at, results)
      case 'block':
        return results.every(isDone) && this.#obstacleAt(at, 'aside') !== undefined ? 'surely-not' : 'open'
    }
  }

  #answeredSo(at: Instance & { readonly step: AskStep }, results: readonly string[]): Proven {
    const chosen = chosenOption(at, this.#claimed)
    return chosen === undefined
      ? unless(
          results,
          at.step.choices.map(({ name }) => name),
        )
      : among(results, chosen)
  }

  /** Without an expectation, what has a receipt is done; with one, it may be overdue as well. */
  #doneSo({ id, step }: Instance & { readonly step: DoStep }, results: readonly string[]): Proven {
    if (!this.#claimed.done.has(id)) return unless(results, ['done', 'timed-out'])
    const wanted = results.filter(needsReceipt).length
    return step.expect === undefined || wanted !== 1 ? among(results, 'done') : 'open'
  }

  #calledSo({ id }: Instance, results: readonly string[]): Proven {
    const outcome = this.#claimed.called.get(id)?.outcome
    return outcome === undefined ? (results.some(isSilent) ? 'open' : 'surely-not') : among(results, outcome)
  }

  /** The instance of a step that is meant where it is named at a spot. */
  #seenFrom(spot: Spot, id: string): Instance | undefined {
    const own = stepsAt(spot).find((step) => step.id === id)
    if (own !== undefined) return instanceAt(spot, own)
    return [...this.#known.visibleFrom(endOf(spot))].find(({ step }) => step.id === id)
  }
}

/** Results of a call after which the run goes on; what a loop continues on is said of the loop, whose items end well with any outcome. */
function wellFor(call: Instance & { readonly step: CallStep }): readonly string[] {
  return call.item === undefined ? call.step.continueOn : (levelOf(call)?.plan.outcomes.map(({ name }) => name) ?? [])
}

/** Whether all conditions of a step are about what the grounds of an honest run always show. */
function isOnlyDecided(step: StepPlan, spot: Spot): boolean {
  return step.when.every(({ step: id }) =>
    ['decide', 'approve', 'ask'].includes(stepsAt(spot).find((other) => other.id === id)?.kind ?? ''),
  )
}

/** Whether receipts, claims or votes show that it was carried out. */
function leavesProof(step: StepPlan): boolean {
  return step.kind === 'block' ? step.steps.some(leavesProof) : ['do', 'call', 'approve', 'ask'].includes(step.kind)
}

function among(results: readonly string[], ended: string | undefined): Proven {
  if (ended === undefined) return 'open'
  return results.includes(ended) ? 'surely' : 'surely-not'
}

/** What is known is that it did not end with one of these. */
function unless(results: readonly string[], excluded: readonly string[]): Proven {
  return results.every((result) => excluded.includes(result)) ? 'surely-not' : 'open'
}

function notEnded({ step, results }: Clause): string {
  return `\`${step}\` did not end with ${results.join(' or ')}`
}

function isDone(result: string): boolean {
  return result === 'done'
}

/** Ends of a call of which no claim tells. */
function isSilent(result: string): boolean {
  return ['denied', 'failed', 'skipped'].includes(result)
}

/** How a step ends whose effect has happened. */
function needsReceipt(result: string): boolean {
  return result === 'done' || result === 'timed-out'
}

function lengthOf(list: Json): number {
  return Array.isArray(list) ? list.length : 0
}
