import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certainlyBefore, onOnePath, sitesOf } from '../../engine/core/rules.ts'
import type { Site } from '../../engine/core/rules.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import { act, after, approve, decide, outcome, planOf, read } from './plans.ts'

const pick = decide('pick', { a: 'health.ok', b: '!health.ok' })
const before = (id: string, more = {}) => read(id, ['owner'], more)
const there = act('there')

function placesOf(steps: readonly StepPlan[], more: Partial<Plan> = {}): (at: string) => Site {
  const sites = sitesOf(planOf(steps, more))
  return (at) => sites.find((site) => site.at === at)!
}

function certain(steps: readonly StepPlan[], candidates: readonly string[], at = 'there', more: Partial<Plan> = {}) {
  const place = placesOf(steps, more)
  return certainlyBefore(candidates.map(place), place(at))
}

describe('what is certainly carried out before a step', () => {
  test('a step without a condition that stands before it, and none behind it', () => {
    expect(certain([before('x'), there], ['x'])).toBe(true)
    expect(certain([there, before('x')], ['x'])).toBe(false)
  })

  test('a step with the same condition, and not one with another', () => {
    const at = { when: after('pick', 'a') }
    expect(certain([pick, before('x', at), act('there', at)], ['x'])).toBe(true)
    expect(certain([pick, before('x', { when: after('pick', 'b') }), act('there', at)], ['x'])).toBe(false)
    expect(certain([pick, before('x', at), there], ['x'])).toBe(false)
  })

  test('one of two steps in two branches', () => {
    const branches = [before('x', { when: after('pick', 'a') }), before('y', { when: after('pick', 'b') })]
    expect(certain([pick, ...branches, there], ['x', 'y'])).toBe(true)
    expect(certain([pick, ...branches, there], ['x'])).toBe(false)
  })

  test('a step that the condition names, and what that step needs in turn', () => {
    const acted = act('acted', { when: after('pick', 'a') })
    const x = before('x', { when: after('pick', 'a') })
    const last = act('there', { when: after('acted', 'done') })
    expect(certain([pick, x, acted, last], ['acted'])).toBe(true)
    expect(certain([pick, x, acted, last], ['x'])).toBe(true)
  })

  test('not an act that the run goes on without', () => {
    expect(certain([act('x', { continueOn: ['done', 'failed'] }), there], ['x'])).toBe(false)
    expect(certain([act('x', { continueOn: ['done', 'timed-out'] }), there], ['x'])).toBe(true)
  })

  test('a step in a block that is done, and one in the same turn of a loop; not one in another loop', () => {
    const block = (id: string, steps: StepPlan[], more = {}): StepPlan => ({
      ...read(id, []),
      kind: 'block',
      steps,
      ...more,
    })
    const forEach = { item: 'e', list: ['edges', 'items'], itemType: { kind: 'text' }, atOnce: 1 } as const
    expect(certain([block('b', [before('x')]), there], ['x'])).toBe(true)
    expect(certain([block('b', [pick, before('x', { when: after('pick', 'a') })]), there], ['x'])).toBe(false)
    expect(certain([block('b', [before('x'), there], { forEach })], ['x'])).toBe(true)
    expect(certain([block('b', [before('x')], { forEach }), there], ['x'])).toBe(false)
    expect(certain([before('x'), block('b', [there], { forEach })], ['x'])).toBe(true)
    expect(certain([block('b', [before('x')], { continueOn: ['done', 'failed'] }), there], ['x'])).toBe(false)
  })

  test('before a step of a callee, what stands before the call', () => {
    const call: StepPlan = { ...read('child', []), kind: 'call', runbook: 'other', with: {} }
    const callees = { other: planOf([before('inner'), there]) }
    expect(certain([before('x'), call], ['x'], 'child.there', { callees })).toBe(true)
    expect(certain([before('x'), call], ['child.inner'], 'child.there', { callees })).toBe(true)
    expect(certain([call, there], ['child.inner'], 'there', { callees })).toBe(false)
  })

  test('before an undo, the step itself', () => {
    const undone = act('x', { undo: { action: 'lab.freeze', with: {} } })
    expect(certain([undone], ['x'], 'x-undo')).toBe(true)
  })

  test('before an outcome, what its condition shows, and nothing without one', () => {
    const outcomes = [outcome('well', 'succeeded', { when: after('there', 'done') }), outcome('rest', 'escalated')]
    expect(certain([before('x'), there], ['x'], 'outcome:well', { outcomes })).toBe(true)
    expect(certain([before('x'), there], ['there'], 'outcome:well', { outcomes })).toBe(true)
    expect(certain([before('x'), there], ['x'], 'outcome:rest', { outcomes })).toBe(false)
  })
})

describe('what one run can come to', () => {
  const meet = (steps: readonly StepPlan[], one: string, other: string, more: Partial<Plan> = {}) => {
    const place = placesOf(steps, more)
    return [onOnePath(place(one), place(other)), onOnePath(place(other), place(one))]
  }

  test('are steps one after another, and not those of two branches', () => {
    expect(meet([act('x'), act('y')], 'x', 'y')).toEqual([true, true])
    const branches = [act('x', { when: after('pick', 'a') }), act('y', { when: after('pick', 'b') })]
    expect(meet([pick, ...branches], 'x', 'y')).toEqual([false, false])
  })

  test('through the conditions of conditions', () => {
    const x = act('x', { when: after('pick', 'a') })
    const y = act('y', { when: after('x', 'done') })
    const z = act('z', { when: after('pick', 'b') })
    expect(meet([pick, x, y, z], 'y', 'z')).toEqual([false, false])
  })

  test('are not two options of one question, and are a step and the outcome that asks for it', () => {
    const choices = [
      { name: 'one', effects: [] },
      { name: 'two', effects: [] },
    ]
    const ask: StepPlan = { ...approve('ask', ['lead']), kind: 'ask', choices }
    expect(meet([ask], 'ask?one', 'ask?two')).toEqual([false, false])
    const outcomes = [outcome('a', 'succeeded', { when: after('pick', 'a') }), outcome('b', 'escalated')]
    const steps = [pick, act('x', { when: after('pick', 'b') })]
    expect(meet(steps, 'x', 'outcome:a', { outcomes })).toEqual([false, false])
    expect(meet(steps, 'x', 'outcome:b', { outcomes })).toEqual([true, true])
  })
})

describe('against every path, one by one', () => {
  const steps = fc
    .array(
      fc.record({
        kind: fc.constantFrom('decide', 'do', 'read'),
        on: fc.option(fc.record({ step: fc.nat(5), results: fc.subarray(RESULTS(), { minLength: 1 }) }), {
          nil: undefined,
        }),
        further: fc.subarray(['failed', 'timed-out']),
        named: fc.subarray(['a', 'b'], { minLength: 1 }),
      }),
      { minLength: 2, maxLength: 6 },
    )
    .map((drafts) =>
      drafts.map(({ kind, on, further, named }, index): StepPlan => {
        const clause = on !== undefined && on.step < index ? [{ step: `s${on.step}`, results: on.results }] : []
        const frame = { when: clause }
        if (kind === 'decide')
          return { ...decide(`s${index}`, { a: 'health.ok', b: '!health.ok' }), ...frame, continueOn: named }
        if (kind === 'do') return act(`s${index}`, { ...frame, continueOn: ['done', ...further] })
        return read(`s${index}`, ['owner'], frame)
      }),
    )

  test('what is certain is so on every path that comes there', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const paths = pathsOf(list)
        const place = placesOf(list)
        for (const one of list)
          for (const other of list) {
            if (one === other) continue
            const reached = paths.filter((path) => path.has(other.id) && path.get(other.id) !== 'skipped')
            const always = reached.every((path) => HAPPENED.has(`${one.kind} ${path.get(one.id) ?? ''}`))
            const isBefore = list.indexOf(one) < list.indexOf(other)
            const found = certainlyBefore([place(one.id)], place(other.id))
            expect(found).toBe(isBefore && always)
          }
      }),
      { numRuns: 300 },
    )
  })

  test('two places are on one path exactly where a path comes to both', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const paths = pathsOf(list)
        const place = placesOf(list)
        for (const one of list)
          for (const other of list) {
            if (one === other) continue
            const both = paths.some((path) => carried(path, one) && carried(path, other))
            expect(onOnePath(place(one.id), place(other.id))).toBe(both)
          }
      }),
      { numRuns: 300 },
    )
  })
})

const HAPPENED = new Set(['do done', 'do timed-out', 'read done', 'read timed-out', 'decide done'])
const OF: Readonly<Record<string, readonly string[]>> = {
  decide: ['a', 'b', 'mixed', 'unknown'],
  do: ['done', 'denied', 'failed', 'timed-out'],
  read: ['done'],
}

function RESULTS(): string[] {
  return ['a', 'b', 'done', 'failed', 'skipped']
}

/** The results of every path, up to where it ends. */
function pathsOf(list: readonly StepPlan[], so: ReadonlyMap<string, string> = new Map()): Map<string, string>[] {
  const [step, ...rest] = list
  if (step === undefined) return [new Map(so)]
  const runs = step.when.every(({ step: id, results }) => results.includes(so.get(id) ?? ''))
  if (!runs) return pathsOf(rest, new Map([...so, [step.id, 'skipped']]))
  return (OF[step.kind] ?? []).flatMap((result) => {
    const now = new Map([...so, [step.id, result]])
    return step.continueOn.includes(result) ? pathsOf(rest, now) : [now]
  })
}

function carried(path: ReadonlyMap<string, string>, { id }: StepPlan): boolean {
  return path.has(id) && path.get(id) !== 'skipped'
}
