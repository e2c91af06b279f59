import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { DecideStep, StepPlan } from '../../../schemas/plan.ts'
import type { AttestedFact } from '../../../schemas/run.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { decide } from '../../core/decide.ts'
import { resolveOperands } from '../../core/operand.ts'
import { runValue } from '../../core/rules.ts'
import { lookUp } from '../../core/scope.ts'
import type { Looked, Scope } from '../../core/scope.ts'
import { policyValues, variablesOf } from '../../core/variables.ts'
import type { Claimed } from './claimed.ts'
import {
  around,
  endOf,
  inside,
  instanceAt,
  isBefore,
  isLoop,
  levelOf,
  locate,
  orderOf,
  startOf,
  stepsAt,
} from './instance.ts'
import type { Instance, Level, Spot } from './instance.ts'
import { chosenOption } from './answers.ts'

type Basis = Readonly<Record<string, AttestedFact>>
type Values = Record<string, Json>

/**
 * What can be known of a run at any of its instances, from attested readings, counted votes and receipts alone: inputs of
 * callees, items of loops, decisions (which are taken again), answers and outputs.
 */
export class Known {
  readonly #claimed: Claimed
  readonly #decided = new Map<string, string | undefined>()
  readonly #inputs = new Map<string, JsonObject | undefined>()
  readonly #items = new Map<string, Looked>()

  constructor(claimed: Claimed) {
    this.#claimed = claimed
  }

  /** Everything that expressions could see at an instance, with these readings of facts; in an undo also its own output. */
  scopeAt(at: Instance, basis: Basis, own: 'with-its-output' | 'before-it' = 'before-it'): Scope {
    const certain = this.certainAt(at)
    const output = own === 'with-its-output' ? this.#claimed.done.get(at.id)?.output : undefined
    const values = this.#valuesAt(at, certain, output === undefined ? {} : { [at.step.id]: output })
    return { ...certain, values, records: recordsOf(basis) }
  }

  /** Inputs, policy and loop items alone: roots of which the door knows the value at any point of the run. */
  certainAt(at: Instance): Scope {
    const { level } = at.spot
    const items = this.#itemsAround(at)
    const inputs = this.inputsOf(level)
    return {
      types: withItems(variablesOf(level.plan), items.types),
      values: { ...(inputs === undefined ? {} : { inputs }), policy: policyValues(level.plan), ...items.values },
      facts: level.plan.facts,
      records: {},
    }
  }

  /** The same, with the run itself, and the outputs, decisions and answers that were there before: these do not change any more. */
  settledAt(at: Instance): Scope {
    const certain = this.certainAt(at)
    return { ...certain, values: this.#valuesAt(at, certain) }
  }

  /** Inputs of a level: those that were admitted, or what the call hands over; undefined where that does not follow. */
  inputsOf(level: Level): JsonObject | undefined {
    if (level.caller === undefined) return this.#claimed.run.inputs
    const { caller, prefix, plan } = level
    if (!this.#inputs.has(prefix)) {
      const resolved = resolveOperands(caller.step.with, this.scopeAt(caller, this.#basis(caller.id)))
      this.#inputs.set(prefix, 'input' in resolved ? { ...defaultsOf(plan.inputs), ...resolved.input } : undefined)
    }
    return this.#inputs.get(prefix)
  }

  /** The list over which a loop goes, named by its instance without an item. */
  itemsOf(loop: Instance): Looked {
    const known = this.#items.get(loop.id)
    if (known !== undefined) return known
    const list = isLoop(loop.step) ? lookUp(loop.step.forEach.list, this.scopeAt(loop, this.#basis(loop.id))) : none()
    this.#items.set(loop.id, list)
    return list
  }

  /** The case to which an instance of a decision comes; undefined where nothing shows it. */
  decided(at: Instance & { readonly step: DecideStep }): string | undefined {
    const { decisions } = this.#claimed.grounds
    const basis = Object.hasOwn(decisions, at.id) ? decisions[at.id] : undefined
    if (basis === undefined) return undefined
    if (!this.#decided.has(at.id)) this.#decided.set(at.id, decide(at.step, this.scopeAt(at, basis)).result)
    return this.#decided.get(at.id)
  }

  /**
   * The same for a decision that rests on no reading, but on inputs, items and what steps gave back: it can be taken again where
   * nothing shows it any more, since its loop is over.
   */
  decidedWithoutReadings(at: Instance & { readonly step: DecideStep }): string | undefined {
    const scope = this.scopeAt(at, {})
    const roots = at.step.cases.flatMap(({ predicate }) => predicate.uses.map(([root = '']) => root))
    // What the run had done by then is not what it has done since.
    const isKnown = roots.every((root) => root !== 'run' && Object.hasOwn(scope.values, root))
    return isKnown ? decide(at.step, scope).result : undefined
  }

  /** The instances before one at its own spot and at those around it, as far as expressions can see them. */
  *visibleFrom(at: Instance): Generator<Instance> {
    for (const outer of [...around(at), at]) yield* earlierAt(outer.spot, outer.step)
  }

  #basis(id: string): Basis {
    const { lists = {} } = this.#claimed.grounds
    return Object.hasOwn(lists, id) ? (lists[id] ?? {}) : {}
  }

  #itemsAround(at: Instance): { types: Record<string, ValueType>; values: Values } {
    const types: Record<string, ValueType> = {}
    const values: Values = {}
    for (const instance of [...around(at), at]) {
      const { forEach } = instance.step
      if (forEach === undefined || instance.item === undefined) continue
      types[forEach.item] = forEach.itemType
      const item = this.#itemOf(instance, instance.item)
      if (item !== undefined) values[forEach.item] = item
    }
    return { types, values }
  }

  #itemOf({ spot, step }: Instance, index: number): Json | undefined {
    const list = this.itemsOf(instanceAt(spot, step))
    return 'value' in list && Array.isArray(list.value) ? (list.value as Json[])[index] : undefined
  }

  /** Cases, options and outputs of what comes before; only those of loops around are seen inside their item. */
  #earlierValues(at: Instance): Values {
    const values: Values = {}
    for (const earlier of this.visibleFrom(at)) {
      const value = this.#valueOf(earlier)
      if (value !== undefined) values[earlier.step.id] = value
    }
    return values
  }

  #valueOf(earlier: Instance): Json | undefined {
    const { step } = earlier
    if (isLoop(step)) return undefined
    switch (step.kind) {
      case 'decide':
        return this.decided({ ...earlier, step })
      case 'do':
        return this.#claimed.done.get(earlier.id)?.output
      case 'ask':
        return chosenOption({ ...earlier, step }, this.#claimed)
      case 'call':
        return this.#outputsOf(earlier)
      default:
        return undefined
    }
  }

  /** What a call gave back: resolved at the end of the callee's steps. */
  #outputsOf(call: Instance): JsonObject | undefined {
    const level = levelOf(call)
    const outputs = level?.plan.outputs
    if (level === undefined || outputs === undefined) return undefined
    const operands = Object.fromEntries(Object.entries(outputs).map(([name, { from }]) => [name, from]))
    const resolved = resolveOperands(operands, this.scopeAt(endOf(startOf(level)), this.#basis(`${call.id}-outputs`)))
    return 'input' in resolved ? resolved.input : undefined
  }

  #valuesAt(at: Instance, { values }: Scope, output: Values = {}): Values {
    const runThere = (): JsonObject => this.#runAt(at)
    return {
      ...values,
      // Few expressions name it, and it grows with the run.
      get run() {
        return runThere()
      },
      ...this.#earlierValues(at),
      ...output,
    }
  }

  /** The run as it could see itself there: receipts of what comes before in the order of the Plan. */
  #runAt(at: Instance): JsonObject {
    const { run } = this.#claimed
    const place = orderOf(at)
    const root = rootOf(at)
    const effects = run.effects.filter(({ step }) => {
      const found = locate(root, step)
      return found !== undefined && !found.undo && isBefore(orderOf(found.instance), place)
    })
    // A called runbook sees what its callers have done, also what it could not do itself (G15).
    const hierarchy = { ...root.effects, ...at.spot.level.plan.effects }
    return runValue({ id: run.id, subjects: run.subjects, effects }, hierarchy)
  }
}

/** The steps before one at its spot; those of a block without a loop are seen as if they stood there. */
function* earlierAt(spot: Spot, step: StepPlan): Generator<Instance> {
  const steps = stepsAt(spot)
  const end = steps.findIndex(({ id }) => id === step.id)
  for (const earlier of end < 0 ? steps : steps.slice(0, end)) {
    const instance = instanceAt(spot, earlier)
    yield instance
    if (earlier.kind === 'block' && !isLoop(earlier)) yield* allIn(inside(instance))
  }
}

function* allIn(spot: Spot): Generator<Instance> {
  for (const step of stepsAt(spot)) {
    const instance = instanceAt(spot, step)
    yield instance
    if (step.kind === 'block' && !isLoop(step)) yield* allIn(inside(instance))
  }
}

function rootOf({ spot: { level } }: Instance): Level['plan'] {
  return level.caller === undefined ? level.plan : rootOf(level.caller)
}

/** The types of a Plan, which hold those of its items already, but for items of one name: predicates are compiled for each object of types. */
function withItems(types: Scope['types'], items: Scope['types']): Scope['types'] {
  const same = Object.entries(items).every(([name, type]) => types[name] === type)
  return same ? types : { ...types, ...items }
}

/** The records of attested readings, by fact. */
export function recordsOf(basis: Basis): Record<string, FactRecord> {
  return Object.fromEntries(Object.entries(basis).map(([name, { record }]) => [name, record]))
}

function defaultsOf(inputs: Level['plan']['inputs']): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => (input.default === undefined ? [] : [[name, input.default]])),
  )
}

function none(): Looked {
  return { unknown: 'there is no loop' }
}
