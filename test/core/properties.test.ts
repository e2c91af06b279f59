import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge } from '../../engine/core/judge.ts'
import type { Scope } from '../../engine/core/scope.ts'
import { policyValues, variablesOf } from '../../engine/core/variables.ts'
import type { FactRecord, UnknownReason } from '../../schemas/fact.ts'
import type { Condition, Plan, StepPlan } from '../../schemas/plan.ts'
import type { EffectResult, RunEntry } from '../../schemas/run.ts'
import { act, decide, FACTS, planOf, read, says } from './plans.ts'
import { carry, conflict, denied, done, failed, known, owner, unknown, whole } from './recorded.ts'
import type { Seen } from './recorded.ts'

describe('the walk', () => {
  test('never carries out a step whose `when` does not hold, and skips no other', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(), anyReadings(), anyEffects(), async (plan, health, effects) => {
        const run = await carry(plan, { facts: { health, owner: [owner(7)] }, effects })
        for (const { entry, results } of followed(plan, run.state.entries)) {
          const step = plan.steps.find(({ id }) => id === entry.step)
          const held = met(step?.when ?? [], results)
          expect(entry.kind === 'step' && entry.result === 'skipped').toBe(!held)
        }
      }),
    )
  })

  test('goes no further than the first result that is not continued on, and always ends in one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(), anyReadings(), anyEffects(), async (plan, health, effects) => {
        const run = await carry(plan, { facts: { health, owner: [owner(7)] }, effects })
        const ended = run.state.entries.filter((entry) => entry.kind === 'step')
        const goesOn = (entry: (typeof ended)[number]) =>
          entry.result === 'skipped' ||
          plan.steps.find(({ id }) => id === entry.step)?.continueOn.includes(entry.result)
        expect(ended.slice(0, -1).every(goesOn)).toBe(true)
        expect(run.state.entries.filter(({ kind }) => kind === 'outcome')).toHaveLength(1)
        expect(run.state.entries.at(-1)?.kind).toBe('outcome')
      }),
    )
  })
})

describe('a judgement', () => {
  test('G10: is unknown wherever a fact that it uses is in doubt, and never otherwise', () => {
    fc.assert(
      fc.property(anyPredicate(), anyFacts(), (cel, facts) => {
        const predicate = says(cel)
        const used = new Set(predicate.uses.map(([root = '']) => root))
        const doubtful = Object.entries(facts).some(([name, { sound }]) => used.has(name) && !sound)
        expect(judge(predicate, scopeWith(facts)).says === 'unknown').toBe(doubtful)
      }),
      { numRuns: 300 },
    )
  })

  test('is the same however often it is taken', () => {
    fc.assert(
      fc.property(anyPredicate(), anyFacts(), (cel, facts) => {
        const predicate = says(cel)
        expect(judge(predicate, scopeWith(facts))).toEqual(judge(predicate, scopeWith(facts)))
      }),
    )
  })
})

const IDS = ['a', 'b', 'c', 'd', 'e', 'f']
const RESULTS = ['done', 'denied', 'failed', 'fine', 'sick', 'unknown', 'skipped']

/** Steps of all kinds that need no person, with any conditions on those before them. */
function anyPlan(): fc.Arbitrary<Plan> {
  return fc
    .integer({ min: 1, max: IDS.length })
    .chain((length) => fc.tuple(...IDS.slice(0, length).map(anyStep)).map((steps) => planOf(steps)))
}

function anyStep(id: string, at: number): fc.Arbitrary<StepPlan> {
  return fc
    .record({
      kind: fc.constantFrom('read', 'decide', 'do'),
      when: anyCondition(IDS.slice(0, at)),
      continueOn: fc.subarray(['done', 'denied', 'failed', 'fine', 'sick', 'unknown'], { minLength: 3 }),
    })
    .map(({ kind, when, continueOn }) => {
      if (kind === 'read') return read(id, ['health', 'owner'], { when, continueOn })
      if (kind === 'decide') return decide(id, { fine: 'health.ok' }, { otherwise: 'sick', when, continueOn })
      const premise = { input: 'expectedEpoch', fact: 'owner', field: 'epoch', backTo: IDS[0] ?? '' }
      return act(id, { when, continueOn, premise })
    })
}

function anyCondition(before: readonly string[]): fc.Arbitrary<Condition> {
  const results = fc.subarray(RESULTS, { minLength: 3 })
  return fc
    .subarray([...before], { maxLength: Math.min(2, before.length) })
    .chain((steps) => fc.tuple(...steps.map((step) => results.map((named) => ({ step, results: named })))))
}

function anyReadings(): fc.Arbitrary<Seen[]> {
  return fc.array(fc.constantFrom(known({ ok: true }), known({ ok: false }), unknown('timeout')), { minLength: 1 })
}

function anyEffects(): fc.Arbitrary<Record<string, EffectResult[]>> {
  const effects = fc.array(fc.constantFrom(done(), conflict, failed, denied('a-rule')), { minLength: 1, maxLength: 4 })
  return fc.dictionary(fc.constantFrom(...IDS), effects)
}

type Followed = RunEntry & { readonly kind: 'step' | 'effect' | 'decision' | 'reading' }

/** What a run did, each with the results that stood when it was done; a conflict takes those behind it away. */
function followed(plan: Plan, entries: readonly RunEntry[]): { entry: Followed; results: Map<string, string> }[] {
  const results = new Map<string, string>()
  return entries.flatMap((entry) => {
    if (entry.kind === 'conflict') {
      const from = plan.steps.findIndex(({ id }) => id === entry.backTo)
      for (const { id } of plan.steps.slice(from)) results.delete(id)
    }
    if (!['step', 'effect', 'decision', 'reading'].includes(entry.kind)) return []
    const seen = { entry: entry as Followed, results: new Map(results) }
    if (entry.kind === 'step') results.set(entry.step, entry.result)
    return [seen]
  })
}

function met(condition: Condition, results: ReadonlyMap<string, string>): boolean {
  return condition.every(({ step, results: named }) => named.includes(results.get(step) ?? 'none'))
}

/** Predicates that type-check, of any depth, over facts that are sound or not. */
function anyPredicate(): fc.Arbitrary<string> {
  const atom = fc.constantFrom(
    'health.ok',
    'edges.items.all(e, e.epoch > owner.epoch)',
    'edges.items.exists(e, e.epoch == owner.epoch)',
    'agents.items.size() == 0',
    'agents.items.all(a, a.epoch > owner.epoch)',
    'owner.operation.known',
    'owner.epoch == owner.epoch',
  )
  return fc.letrec<{ predicate: string }>((tie) => ({
    predicate: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      atom,
      fc
        .tuple(tie('predicate'), fc.constantFrom('&&', '||'), tie('predicate'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('predicate').map((inner) => `!(${inner})`),
    ),
  })).predicate
}

interface Sampled {
  readonly seen: Seen
  readonly sound: boolean
}

function anyFacts(): fc.Arbitrary<Record<'health' | 'owner' | 'edges' | 'agents', Sampled>> {
  const epochs = fc.array(fc.integer({ min: 5, max: 9 }), { minLength: 1, maxLength: 3 })
  const list = epochs.map((items) => whole(...items))
  const partly = epochs.map((items): Seen => ({ ...whole(...items), complete: false }))
  const empty = fc.constant(whole())
  return fc.record({
    health: fc.oneof(sound(fc.boolean().map((ok) => known({ ok }))), unsound(noFact())),
    owner: fc.oneof(
      sound(fc.boolean().map((named) => owner(7, named ? { operation: 'op-1' } : {}))),
      unsound(noFact()),
    ),
    edges: fc.oneof(sound(list), unsound(fc.oneof(partly, empty, noFact()))),
    agents: fc.oneof(sound(fc.oneof(list, empty)), unsound(fc.oneof(partly, noFact()))),
  })
}

function noFact(): fc.Arbitrary<Seen> {
  const reasons: UnknownReason[] = ['unread', 'empty', 'incomplete', 'nan', 'stale', 'timeout', 'error', 'invalid']
  return fc.oneof(
    fc.constantFrom(...reasons).map(unknown),
    fc.constant({}),
    fc.constant({ value: null, complete: true }),
  )
}

const sound = (seen: fc.Arbitrary<Seen>) => seen.map((said): Sampled => ({ seen: said, sound: true }))
const unsound = (seen: fc.Arbitrary<Seen>) => seen.map((said): Sampled => ({ seen: said, sound: false }))

const PLAN = planOf([])
const FRAME = {
  action: 'lab.x',
  input: {},
  authority: 'authoritative',
  roundTrip: true,
  source: 'test',
  readAt: '',
} as const

function scopeWith(facts: Readonly<Record<string, Sampled>>): Scope {
  const records = Object.entries(facts).map(([fact, { seen }]): [string, FactRecord] => [
    fact,
    { ...FRAME, fact, ...seen },
  ])
  return {
    types: variablesOf(PLAN),
    values: { inputs: { app: 'checkout' }, policy: policyValues(PLAN), run: { id: 'run-1', effects: [] } },
    facts: FACTS,
    records: Object.fromEntries(records),
  }
}
