import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../schemas/value-type.ts'
import { LINEAGE } from './predicate/receipts.ts'

const TEXT: ValueType = { kind: 'text' }
const BOOL: ValueType = { kind: 'bool' }

/** The type of `run`: its id, the objects that it is about, and its receipts (G15). Checked, the effects are words; evaluated, text. */
export function runType(effect: ValueType = TEXT): ObjectType {
  const status = { kind: 'enum', of: 'effect-status', words: ['done', 'already-done'] } as const
  const receipt = {
    effect,
    step: TEXT,
    status,
    approved: BOOL,
    undone: BOOL,
    [LINEAGE]: { kind: 'list', item: TEXT },
  } as const
  return {
    kind: 'object',
    fields: {
      id: TEXT,
      subjects: { kind: 'list', item: TEXT },
      effects: { kind: 'list', item: { kind: 'object', fields: receipt } },
    },
  }
}

/** The type of `run` where predicates are evaluated. */
export const RUN_TYPE: ObjectType = runType()

type Types = Readonly<Record<string, ValueType>>
const typesByPlan = new WeakMap<Plan, Types>()

/**
 * Types of all roots that a runbook's expressions can name: inputs, policy, run, facts, steps at any depth, and items of loops. Always
 * the same object for a Plan, since predicates are compiled for each such object.
 */
export function variablesOf(plan: Plan): Types {
  const types = typesByPlan.get(plan) ?? typesOf(plan)
  typesByPlan.set(plan, types)
  return types
}

function typesOf(plan: Plan): Types {
  return {
    inputs: { kind: 'object', fields: mapValues(plan.inputs, (input) => input.type) },
    policy: policyType(plan),
    run: RUN_TYPE,
    ...mapValues(plan.facts, (fact) => fact.result),
    ...Object.fromEntries(plan.steps.flatMap((step) => stepVariable(step, plan))),
  }
}

/** The type of `policy`: every value that the Plan uses. */
export function policyType(plan: Plan): ObjectType {
  return { kind: 'object', fields: mapValues(plan.policy, (value) => value.type) }
}

/** The frozen policy values, by name. */
export function policyValues(plan: Plan): JsonObject {
  return mapValues(plan.policy, (value): Json => value.value)
}

function stepVariable(step: StepPlan, plan: Plan): [string, ValueType][] {
  const { forEach } = step
  const type = typeOfStep(step, plan)
  return [
    ...(forEach === undefined ? [] : ([[forEach.item, forEach.itemType]] satisfies [string, ValueType][])),
    ...(type === undefined ? [] : ([[step.id, type]] satisfies [string, ValueType][])),
    ...(step.kind === 'block' ? step.steps.flatMap((inner) => stepVariable(inner, plan)) : []),
  ]
}

/** A decision is known by its case, a question by its option, an action by its output, a call by its outputs; others have no value. */
function typeOfStep(step: StepPlan, plan: Plan): ValueType | undefined {
  switch (step.kind) {
    case 'decide':
      return { kind: 'enum', of: step.id, words: casesOf(step) }
    case 'ask':
      return { kind: 'enum', of: step.id, words: [...step.choices.map(({ name }) => name), 'timed-out'] }
    case 'do':
      return plan.contracts[step.action]?.output
    case 'call':
      return { kind: 'object', fields: mapValues(plan.callees?.[step.runbook]?.outputs ?? {}, ({ type }) => type) }
    case 'read':
    case 'approve':
    case 'block':
      return undefined
  }
}

function casesOf(step: StepPlan & { kind: 'decide' }): string[] {
  const named = step.cases.map(({ name }) => name)
  return [...named, ...(step.otherwise === undefined ? [] : [step.otherwise]), 'mixed', 'unknown']
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
