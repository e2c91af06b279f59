import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import { Elsewhere } from '../../engine/core/ports.ts'
import type { Ports } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { EffectResult } from '../../schemas/run.ts'
import { act, approve, decide, expecting, outcome, read, says, unsafely } from './plans.ts'
import { ask, block, call, callee, calling, each, undo } from './nested.ts'
import {
  ADMISSION,
  Recorder,
  carry,
  conflict,
  denial,
  denied,
  done,
  effectUnknown,
  failed,
  known,
  owner,
  results,
  unknown,
  whole,
} from './recorded.ts'
import type { Script } from './recorded.ts'

/** More of them, or the same again: `RUNS=2000 SEED=7 SAMPLE=8 npx vitest run test/core/nested-properties.test.ts`. */
const { RUNS: many = '80', SEED: seed, SAMPLE: path } = process.env
const RUNS = {
  numRuns: Number(many),
  endOnFailure: true,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(path === undefined ? {} : { path }),
}

describe('any Plan of nested steps', () => {
  test('ends in one outcome, with no step under way', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(3), anyScript(), async (plan, script) => {
        const { state } = await carry(plan, script)
        expect(state.entries.filter(({ kind }) => kind === 'outcome')).toHaveLength(1)
        expect(state.entries.at(-1)?.kind).toBe('outcome')
        expect(state.steps.filter(({ status }) => status === 'running' || status === 'waiting')).toEqual([])
        expect(state.questions).toBeUndefined()
      }),
      RUNS,
    )
  })

  test('takes back each step once, last first, and only where it stops', async () => {
    const seen = { undone: 0, calm: 0 }
    await fc.assert(
      fc.asyncProperty(anyPlan(1), anyScript(), async (plan, script) => {
        const { state, performed } = await carry(...andThenFails(plan, script))
        const undone = performed.filter((one) => one.undo === true).map(({ step }) => step.replace(/-undo$/, ''))
        expect(new Set(undone).size).toBe(undone.length)
        const standing: string[] = []
        for (const entry of state.entries) {
          const done =
            entry.kind === 'effect' && (entry.result.status === 'done' || entry.result.status === 'already-done')
          if (done && undone.includes(entry.step)) standing.push(entry.step)
          if (entry.kind === 'undo' && undone.includes(entry.step.replace(/-undo$/, '')))
            expect(standing.pop()).toBe(entry.step.replace(/-undo$/, ''))
        }
        expect(standing).toEqual([])
        seen.undone += undone.length
        const calm = await carry(plan, script)
        if (stopsIn(plan, calm)) return
        seen.calm += 1
        expect(calm.performed.filter((one) => one.undo === true && !one.step.includes('Calls.'))).toEqual([])
      }),
      RUNS,
    )
    if (path === undefined) expect(Math.min(seen.undone, seen.calm), JSON.stringify(seen)).toBeGreaterThan(0)
  })

  test('comes to the same where every answer of the world is given again', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(3), anyScript(), async (plan, script) => {
        const recorder = new Recorder(script)
        const answers = new Map<string, unknown>()
        const first = await entriesOf(plan, remembering(recorder.ports(), answers))
        const again = await entriesOf(plan, repeating(recorder.ports(), answers))
        expect(again).toEqual(first)
      }),
      RUNS,
    )
  })

  test('comes to the same however often it goes on in another execution', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(1), anyScript(), fc.integer({ min: 1, max: 4 }), async (plan, script, stepsEach) => {
        const inOne = await carry(plan, script)
        const inMany = await carry(plan, { ...script, stepsEach })
        expect(inMany.state.entries).toEqual(inOne.state.entries)
        expect(inMany.performed).toEqual(inOne.performed)
        expect(inMany.claimed).toEqual(inOne.claimed)
      }),
      RUNS,
    )
  })

  test('comes to the same where it cannot move, and stays where it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(1), anyScript(), fc.integer({ min: 1, max: 4 }), async (plan, script, stepsEach) => {
        const inOne = await carry(plan, script)
        const recorder = new Recorder({ ...script, stepsEach })
        const ledger = new Ledger(plan, ADMISSION, { now: () => 'then', changed: () => undefined })
        const run = openRun(plan, ADMISSION, { ports: recorder.ports(), ledger })
        const first = await carryOut(run).catch((error: unknown) => error)
        if (first instanceof Elsewhere) {
          recorder.stay()
          await carryOut(run)
        }
        expect(recorder.performed).toEqual(inOne.performed)
        expect(ledger.state().outcome).toEqual(inOne.outcome)
      }),
      RUNS,
    )
  })

  test('does the same where items run side by side and it goes on in another execution', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan(3), fc.integer({ min: 1, max: 4 }), async (plan, stepsEach) => {
        const script = { facts: FACTS, answers: [CHOICE] }
        const inOne = await carry(plan, script)
        // Which item goes wrong first is a matter of their order.
        fc.pre(!results(inOne).some((line) => / (failed|denied)$/.test(line)))
        const inMany = await carry(plan, { ...script, stepsEach })
        const acts = (run: typeof inOne) => run.performed.map(({ activity }) => activity).sort()
        expect(acts(inMany)).toEqual(acts(inOne))
        expect({ ...inMany.outcome, left: leftBy(inMany) }).toEqual({ ...inOne.outcome, left: leftBy(inOne) })
      }),
      RUNS,
    )
  })
})

/** A step more, which fails: whatever did not stop before does so now. */
function andThenFails(plan: Plan, script: Script): [Plan, Script] {
  const effects = { ...script.effects, last: [failed] }
  return [
    { ...plan, steps: [...plan.steps, act('last')] },
    { ...script, effects },
  ]
}

/** Does a step of the Plan itself end so that the run does not go on? What a callee did is taken back where that stops alone. */
function stopsIn(plan: Plan, { state }: Awaited<ReturnType<typeof carry>>): boolean {
  const resultOf = (id: string) => state.steps.find((step) => step.id === id)?.result ?? ''
  return !plan.steps.every(({ id, continueOn }) => [...continueOn, 'skipped'].includes(resultOf(id)))
}

/** Items side by side end in any order; of very many, those are listed that were done first. */
function leftBy({ outcome: { left } }: Awaited<ReturnType<typeof carry>>): readonly string[] {
  const last = left.at(-1)?.text ?? ''
  return last.startsWith('and ') ? [last] : left.map(({ step }) => step).sort()
}

const FACTS = { edges: [whole(1, 2, 3)], owner: [owner(7)], health: [known({ ok: true })] }
const CHOICE = { user: 'ben', role: 'lead', decision: 'choose', option: 'left' } as const
const OVERRIDE = { user: 'ben', role: 'lead', decision: 'override', overrides: { rule: 'a-rule' } } as const
/** A denial that may be overridden. */
const OPEN: EffectResult = {
  status: 'denied',
  denial: { ...denial('a-rule'), overridable: [{ rule: 'a-rule', who: 'lead' }] },
  evidence: {},
}

/** Plans with blocks, loops (at most so many items at once), questions and calls, three levels deep. */
function anyPlan(atOnce: number): fc.Arbitrary<Plan> {
  return fc.tuple(anySteps(2, atOnce), anySteps(1, atOnce)).map(([steps, inner]) => {
    const named = callee('called', namedSteps(inner, 'c'), { outcomes: [outcome('well', 'succeeded')] })
    const own = [read('look', ['edges', 'owner', 'health']), ...namedSteps(steps, 's')]
    return calling(
      own.map((step) => withCalls(step, named)),
      [named],
      WATCHED,
    )
  })
}

type Shape =
  | { readonly kind: 'read' | 'wait' | 'decide' | 'do' | 'ask' | 'approve' | 'call'; readonly variant: number }
  | { readonly kind: 'block'; readonly variant: number; readonly atOnce: number; readonly steps: readonly Shape[] }

function anySteps(depth: number, atOnce: number): fc.Arbitrary<Shape[]> {
  const leaf: fc.Arbitrary<Shape> = fc.record({
    kind: fc.constantFrom('read', 'wait', 'decide', 'do', 'do', 'do', 'ask', 'approve', 'call'),
    variant: fc.integer({ min: 0, max: 6 }),
  })
  const nested: fc.Arbitrary<Shape> = fc.record({
    kind: fc.constant('block' as const),
    variant: fc.integer({ min: 0, max: 5 }),
    atOnce: fc.integer({ min: 1, max: atOnce }),
    steps: depth === 0 ? fc.constant([]) : fc.array(fc.oneof(leaf), { minLength: 1, maxLength: 3 }),
  })
  const one = depth === 0 ? leaf : fc.oneof(leaf, depth === 1 ? nested : deeper(nested, anySteps(depth - 1, atOnce)))
  return fc.array(one, { minLength: 1, maxLength: 4 })
}

function deeper(nested: fc.Arbitrary<Shape>, steps: fc.Arbitrary<Shape[]>): fc.Arbitrary<Shape> {
  return fc.tuple(nested, steps).map(([shape, inner]) => (shape.kind === 'block' ? { ...shape, steps: inner } : shape))
}

/** Each step gets a name of its own. */
function namedSteps(shapes: readonly Shape[], prefix: string): StepPlan[] {
  return shapes.map((shape, at) => stepOf(shape, `${prefix}${at}`))
}

function stepOf(shape: Shape, id: string): StepPlan {
  const { variant } = shape
  switch (shape.kind) {
    case 'read':
      return read(id, ['health', 'owner', 'edges'])
    case 'wait':
      return read(id, ['health'], { expect: SLOW, continueOn: variant < 4 ? ['done', 'timed-out'] : ['done'] })
    case 'approve':
      return approve(id, ['lead'], { continueOn: ['done', 'timed-out'], show: ['health'] })
    case 'decide':
      return decide(
        id,
        { fine: 'health.ok' },
        { otherwise: 'sick', continueOn: variant < 4 ? ['fine', 'sick'] : ['fine'] },
      )
    case 'do':
      return doOf(id, variant)
    case 'ask':
      return ask(id, { left: [], right: ['route.rollback'] }, { continueOn: ['left', 'right', 'timed-out'] })
    case 'call':
      return act(`${id}Calls`, {})
    case 'block':
      return block(id, namedSteps(shape.steps, `${id}x`), {
        continueOn: variant < 3 ? ['done', 'failed'] : ['done'],
        ...(variant % 2 === 0 ? each(undefined, shape.atOnce, `${id}item`) : {}),
      })
  }
}

function doOf(id: string, variant: number): StepPlan {
  const step = act(id, { continueOn: variant === 0 ? ['done', 'failed', 'denied'] : ['done'] })
  if (variant === 1) return { ...step, undo }
  if (variant === 2) return unsafely({ ...step, undo })
  if (variant === 3) return { ...step, ...each(undefined, 1, `${id}item`), undo }
  if (variant === 4)
    return {
      ...step,
      with: { epoch: { path: ['owner', 'epoch'] } },
      premise: { input: 'epoch', fact: 'owner', field: 'epoch' },
    }
  if (variant === 5) return { ...step, expect: SLOW, continueOn: ['done', 'timed-out'] }
  return step
}

/** Three looks, unless it holds for two seconds before. */
const SLOW = expecting(['health'], 'health.ok', { withinMs: 3_000, holdsForMs: 2_000 })

/** Open as soon as something was rolled back: while the run waits, somebody looks. */
const WATCHED: Partial<Plan> = {
  rules: [
    {
      ...{ id: 'single-writer', text: 'one writer at a time', source: 'test', facts: {}, next: '' },
      checks: [{ form: 'during', from: 'route.rollback', to: 'artifact.build', require: [says('health.ok')] }],
      overridable: 'never',
    },
  ],
  policy: { watchEvery: { type: { kind: 'duration' }, value: 700, unit: 'duration', source: 'test' } },
}

/** Steps that stand for calls become calls, at any depth; a callee calls nobody. */
function withCalls(step: StepPlan, named: Plan): StepPlan {
  if (step.kind === 'block') return { ...step, steps: step.steps.map((inner) => withCalls(inner, named)) }
  if (!step.id.endsWith('Calls')) return step
  return call(step.id, named, { continueOn: ['well', 'failed'] })
}

function anyScript(): fc.Arbitrary<Script> {
  const many = fc.array(
    fc.constantFrom<EffectResult[]>(done(), done(), done(), failed, denied('a-rule'), OPEN, conflict, effectUnknown),
    { minLength: 1, maxLength: 3 },
  )
  // Somebody who overrides for ever is asked for ever.
  const results = many.map((some) => (some.at(-1) === OPEN ? [...some, done()] : some))
  const ids = ['s0', 's1', 's2', 's0x0', 's1x0', 's1x1', 's2x1', 's0-undo', 's1-undo', 's0x0-undo', 's0Calls.c0']
  return fc.record({
    facts: fc.record({
      edges: fc.constantFrom([whole(1, 2, 3)], [whole(1)], [unknown('timeout')]),
      owner: fc.constant([owner(7)]),
      health: fc.constantFrom(
        [known({ ok: true })],
        [known({ ok: false }), known({ ok: true })],
        [known({ ok: true }), known({ ok: false })],
      ),
    }),
    effects: fc.dictionary(fc.constantFrom(...ids), results),
    answers: fc.constantFrom([CHOICE], [CHOICE, OVERRIDE], []),
    watch: fc.constantFrom([undefined], [undefined, undefined, denial('single-writer')]),
  })
}

async function entriesOf(plan: Plan, ports: Ports): Promise<unknown> {
  const ledger = new Ledger(plan, ADMISSION, { now: () => 'then', changed: () => undefined })
  const outcome = await carryOut(openRun(plan, ADMISSION, { ports, ledger }))
  return { outcome, entries: ledger.state().entries }
}

/** Keeps the answer to every call, under the name of its activity. */
function remembering(ports: Ports, answers: Map<string, unknown>): Ports {
  const kept = async <T>(name: string, answer: Promise<T>): Promise<T> => {
    expect(answers.has(name)).toBe(false)
    answers.set(name, structuredClone(await answer))
    return answer
  }
  return {
    ...ports,
    read: async (one) => kept(`read ${one.activity}`, ports.read(one)),
    perform: async (one) => kept(`do ${one.activity}`, ports.perform(one)),
    claim: async (one) => kept(`claim ${one.outcome}`, ports.claim(one)),
    options: async (one) => kept(`options ${one.step}`, ports.options(one)),
    watch: async (one) => kept(`watch ${one.activity}`, ports.watch(one)),
  }
}

/** Answers every call as before; only people are asked again, and say the same. */
function repeating(ports: Ports, answers: ReadonlyMap<string, unknown>): Ports {
  const found = async (name: string): Promise<unknown> => {
    if (!answers.has(name)) throw new Error(`nothing was answered to ${name}`)
    return answers.get(name)
  }
  // Answers arrive in the order of before: each takes its time as it did then.
  const given = async <T>(name: string): Promise<T> => {
    const answer = found(name) as Promise<T>
    await answer
    return answer
  }
  return {
    ...ports,
    read: async ({ activity }) => given(`read ${activity}`),
    perform: async ({ activity }) => given(`do ${activity}`),
    claim: async (one) => given(`claim ${one.outcome}`),
    options: async ({ step }) => given(`options ${step}`),
    watch: async ({ activity }) => given(`watch ${activity}`),
  }
}
