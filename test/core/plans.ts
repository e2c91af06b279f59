import { checkPredicate } from '../../engine/core/cel.ts'
import { variablesOf } from '../../engine/core/variables.ts'
import type { Contract } from '../../schemas/contract.ts'
import type {
  ApproveStep,
  DecideStep,
  DoStep,
  Expectation,
  FactPlan,
  Operand,
  OutcomeKind,
  OutcomePlan,
  Plan,
  Predicate,
  ReadStep,
  StepPlan,
} from '../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../schemas/value-type.ts'

const PLACE = { file: 'test.yaml', line: 1, col: 1 }
const object = (fields: Record<string, ValueType>): ObjectType => ({ kind: 'object', fields })

const OWNER = object({
  epoch: { kind: 'epoch' },
  digest: { kind: 'digest' },
  operation: { kind: 'optional', inner: { kind: 'text' } },
})
const EDGES = object({ items: { kind: 'list', item: object({ epoch: { kind: 'epoch' } }) } })
const HEALTH = object({ ok: { kind: 'bool' } })

const fact = (action: string, result: ValueType, more: Partial<FactPlan> = {}): FactPlan => ({
  action,
  with: {},
  result,
  ifEmpty: 'unknown',
  maxAgeMs: 0,
  after: [],
  ...more,
})

/** `owner` and `health` are objects; `edges` and `agents` are lists, of which only `agents` may be empty; `next` names `owner`. */
export const FACTS = {
  owner: fact('lab.owner', OWNER),
  health: fact('lab.health', HEALTH),
  edges: fact('lab.edges', EDGES),
  agents: fact('lab.agents', EDGES, { ifEmpty: 'allow' }),
  next: fact('lab.next', HEALTH, { with: { epoch: { path: ['owner', 'epoch'] } }, after: ['owner'] }),
} satisfies Plan['facts']

const reading = (name: string, output: ObjectType): Contract => ({
  kind: 'reading',
  name,
  summary: name,
  input: object({}),
  output,
  timeoutMs: 1_000,
  authority: 'authoritative',
})

const changing = (name: string, effect: string): Contract => ({
  kind: 'action',
  name,
  summary: name,
  input: object({}),
  output: object({ epoch: { kind: 'epoch' } }),
  timeoutMs: 1_000,
  effects: { [effect]: {} },
})

const CONTRACTS = [
  ...Object.values(FACTS).map(({ action, result }) => reading(action, result as ObjectType)),
  changing('lab.freeze', 'promotion.freeze'),
  changing('lab.rollback', 'route.rollback'),
  changing('lab.build', 'artifact.build'),
]

const EFFECTS: Plan['effects'] = {
  'route.change': { target: {}, protective: false },
  'route.rollback': { under: 'route.change', target: {}, protective: false },
  'promotion.freeze': { target: {}, protective: true },
  'artifact.build': { target: {}, protective: false },
}

/** A Plan of these steps. Unless told otherwise, it has one outcome, `fixed`, that always fits. */
export function planOf(steps: readonly StepPlan[], more: Partial<Plan> = {}): Plan {
  return {
    planVersion: 1,
    runbook: {
      id: 'practice',
      title: 'Practice',
      source: 'test',
      owner: 'platform-on-call',
      goal: 'service',
      file: { name: 'practice.yaml', digest: 'sha256:0' },
    },
    catalogueDigest: 'sha256:1',
    cel: '@marcbachmann/cel-js@8.0.0',
    inputs: { app: { type: { kind: 'id', of: 'app' } } },
    coalesce: ['app'],
    triggers: [],
    policy: {
      few: { type: { kind: 'count' }, value: 2, unit: 'count', source: 'test' },
    },
    facts: FACTS,
    steps,
    outcomes: [outcome('fixed', 'succeeded')],
    doNot: [],
    rules: [],
    contracts: Object.fromEntries(CONTRACTS.map((contract) => [contract.name, contract])),
    effects: EFFECTS,
    conflictRounds: 2,
    unknownForMs: 0,
    goalClaims: [],
    ...more,
  }
}

const TYPES = variablesOf(planOf([]))

/** A predicate over facts, inputs and policy, with the paths that the real checker finds in it. */
export function says(cel: string, types: Readonly<Record<string, ValueType>> = TYPES): Predicate {
  const checked = checkPredicate(cel, types)
  if (!checked.ok) throw new Error(`${cel}: ${checked.problems.map(({ message }) => message).join('; ')}`)
  return { cel, uses: checked.uses, place: PLACE }
}

/** A step that reads these facts. */
export function read(id: string, facts: readonly string[], more: Partial<ReadStep> = {}): ReadStep {
  return { kind: 'read', id, place: PLACE, when: [], continueOn: ['done'], facts, ...more }
}

/** A step that decides between cases, each with its predicate. It goes on with every named case. */
export function decide(
  id: string,
  cases: Readonly<Record<string, string>>,
  more: Partial<DecideStep> = {},
): DecideStep {
  const named = Object.entries(cases).map(([name, cel]) => ({ name, predicate: says(cel) }))
  const continueOn = [...named.map(({ name }) => name), ...(more.otherwise === undefined ? [] : [more.otherwise])]
  return { kind: 'decide', id, place: PLACE, when: [], continueOn, cases: named, pick: 'one', ...more }
}

/** A step that rolls back, and leaves something that is safe. */
export function act(id: string, more: Partial<DoStep> = {}): DoStep {
  return {
    kind: 'do',
    id,
    place: PLACE,
    when: [],
    continueOn: ['done'],
    action: 'lab.rollback',
    with: {},
    leaves: `${id} stays`,
    ...more,
  }
}

/** The same step with nothing that it could safely leave behind. */
export function unsafely({ leaves: _leaves, ...step }: DoStep): DoStep {
  return step
}

/** A step that asks one person of each role, for ten seconds. */
export function approve(id: string, who: readonly string[], more: Partial<ApproveStep> = {}): ApproveStep {
  const text: Operand = { literal: 'Go on?' }
  return {
    kind: 'approve',
    id,
    place: PLACE,
    when: [],
    continueOn: ['done'],
    text,
    who,
    show: [],
    withinMs: 10_000,
    ...more,
  }
}

/** An expectation on facts that are read again every second, for ten seconds. */
export function expecting(facts: readonly string[], cel: string, more: Partial<Expectation> = {}): Expectation {
  return { facts, predicate: says(cel), withinMs: 10_000, holdsForMs: 0, everyMs: 1_000, ...more }
}

/** An outcome; without `when` it always fits. */
export function outcome(name: string, as: OutcomeKind, more: Partial<OutcomePlan> = {}): OutcomePlan {
  return { name, as, when: [], claims: [], tell: [], ...more }
}

/** The condition that the step ended with one of these results. */
export function after(step: string, ...results: string[]): { step: string; results: string[] }[] {
  return [{ step, results }]
}
