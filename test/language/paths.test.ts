import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Span } from '../../schemas/diagnostic.ts'
import type { Condition, StepPlan } from '../../schemas/plan.ts'
import type { Body } from '../../engine/language/runbook/check-paths.ts'
import type { Step } from '../../engine/language/runbook/step.ts'
import { holdsAt, walkPaths } from '../../engine/language/runbook/walk.ts'
import type { Visitor } from '../../engine/language/runbook/walk.ts'

const span: Span = { file: 'a.yaml', start: 0, end: 1 }
const place = { file: 'a.yaml', line: 1, col: 1 }

interface Shape {
  readonly results: number
  readonly goesOn: number
  readonly when: number
  readonly block: boolean
  readonly loop: boolean
}

/** Steps in which each may ask how one before it in its list ended; every third shape that is a block takes the next two into it. */
function stepsFrom(shapes: readonly Shape[], prefix = 's'): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < shapes.length; at += 1) {
    const shape = shapes[at] as Shape
    const id = `${prefix}${at}`
    const inner = shape.block && prefix === 's' ? stepsFrom(shapes.slice(at + 1, at + 3), `${id}x`) : []
    if (inner.length > 0) at += 2
    steps.push(stepOf({ id, shape, inner, before: steps }))
  }
  return steps
}

function stepOf({ id, shape, inner, before }: { id: string; shape: Shape; inner: Step[]; before: Step[] }): Step {
  const names = inner.length > 0 ? ['done', 'failed'] : ['a', 'b', 'c'].slice(0, shape.results)
  const results = shape.loop ? [...new Set(['done', ...names, 'failed'])] : names
  const asked = before[shape.when]
  const when: Condition = asked === undefined ? [] : [{ step: asked.plan.id, results: asked.results.slice(0, 1) }]
  const common = { id, place, when, continueOn: results.slice(0, shape.goesOn) }
  const plan: StepPlan =
    inner.length > 0
      ? { ...common, kind: 'block', steps: inner.map((step) => step.plan) }
      : { ...common, kind: 'read', facts: [] }
  const item = { name: `${id}item`, type: { kind: 'text' } as const }
  const loop = shape.loop ? { loop: { item, list: { path: ['x'], span } } } : {}
  return { plan, span, results, steps: inner, needs: [], reads: [], expects: [], bounds: [], whenSpan: span, ...loop }
}

/** Every path by itself: what the walk that merges paths must agree with. */
class Naive {
  paths = 0
  readonly reached = new Set<string>()
  readonly before = new Map<string, Set<string>>()

  walk(steps: readonly Step[], results: Map<string, string>, taken: readonly string[]): Set<string> {
    const [step, ...rest] = steps
    if (step === undefined) {
      this.paths += 1
      return new Set(['done'])
    }
    const holds = holdsAt(step.plan.when, results)
    this.reached.add(`${step.plan.id} ${String(holds)}`)
    if (!holds) return this.walk(rest, new Map(results).set(step.plan.id, 'skipped'), taken)
    for (const id of taken) this.before.set(step.plan.id, (this.before.get(step.plan.id) ?? new Set()).add(id))
    const inner = step.steps.length > 0 ? this.walk(step.steps, results, taken) : new Set(step.results)
    const possible = step.results.filter(
      (result) => inner.has(result) || (step.loop !== undefined && result === 'failed'),
    )
    const ids = [step.plan.id, ...step.steps.map(({ plan }) => plan.id)]
    const ends = possible.map((result) => {
      if (step.plan.continueOn.includes(result))
        return this.walk(rest, new Map(results).set(step.plan.id, result), [...taken, ...ids])
      this.paths += 1
      return new Set(['failed'])
    })
    return new Set(ends.flatMap((end) => [...end]))
  }
}

const shape = fc.record({
  results: fc.integer({ min: 1, max: 3 }),
  goesOn: fc.integer({ min: 0, max: 3 }),
  when: fc.nat(6),
  block: fc.boolean(),
  loop: fc.boolean(),
})

test('paths that are walked together are the paths that there are, one by one', () => {
  fc.assert(
    fc.property(fc.array(shape, { maxLength: 7 }), (shapes) => {
      const steps = stepsFrom(shapes)
      const naive = new Naive()
      naive.walk(steps, new Map(), [])
      const reached = new Set<string>()
      const before = new Map<string, Set<string>>()
      const visitor: Visitor = {
        reaches: (step, holds) => void reached.add(`${step.plan.id} ${String(holds)}`),
        begins: ({ plan }, point) => {
          for (const id of point.before) before.set(plan.id, (before.get(plan.id) ?? new Set()).add(id))
        },
        loops: () => undefined,
        expects: () => undefined,
        ends: () => undefined,
      }
      const body: Body = { facts: new Map(), steps, outcomes: [], outputs: [], span }
      expect(walkPaths(body, visitor)).toEqual({ paths: naive.paths, complete: true })
      expect(reached).toEqual(naive.reached)
      expect(before).toEqual(naive.before)
    }),
    { numRuns: 400 },
  )
})

test('two hundred decisions of which nothing depends on another are too many paths, and are refused at once', () => {
  const many = stepsFrom(
    Array.from({ length: 200 }, () => ({ results: 3, goesOn: 3, when: 300, block: false, loop: false })),
  )
  const none = () => undefined
  const visitor: Visitor = { reaches: none, begins: none, loops: none, expects: none, ends: none }
  const started = performance.now()
  const walked = walkPaths({ facts: new Map(), steps: many, outcomes: [], outputs: [], span }, visitor)
  expect(walked.complete).toBe(false)
  expect(performance.now() - started).toBeLessThan(2000)
})
