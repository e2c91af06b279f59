import { describe, expect, test } from 'vitest'
import { judge } from '../../engine/core/judge.ts'
import { resolveOperand, resolveOperands } from '../../engine/core/operand.ts'
import { lookUp } from '../../engine/core/scope.ts'
import type { Scope } from '../../engine/core/scope.ts'
import { policyValues, variablesOf } from '../../engine/core/variables.ts'
import type { FactRecord, UnknownReason } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { act, FACTS, planOf, says } from './plans.ts'
import { known, owner, unknown, whole } from './recorded.ts'
import type { Seen } from './recorded.ts'

const plan = planOf([act('mend')])
const frame = {
  action: 'lab.x',
  input: {},
  authority: 'authoritative',
  roundTrip: true,
  source: 'test',
  readAt: '',
} as const

function scopeWith(seen: Readonly<Record<string, Seen>>, more: Partial<Scope> = {}): Scope {
  const records = Object.entries(seen).map(([fact, said]): [string, FactRecord] => [fact, { ...frame, fact, ...said }])
  const values: JsonObject = {
    inputs: { app: 'checkout' },
    policy: policyValues(plan),
    run: { id: 'run-1', effects: [] },
  }
  return { types: variablesOf(plan), values, facts: FACTS, records: Object.fromEntries(records), ...more }
}

const reasons: UnknownReason[] = ['unread', 'empty', 'incomplete', 'nan', 'stale', 'timeout', 'error', 'invalid']

describe('G10: a predicate is unknown, and is not evaluated', () => {
  test.each(reasons)('where a fact that it uses could not be read: %s', (reason) => {
    const { says: said, observed } = judge(
      says('health.ok || true == health.ok'),
      scopeWith({ health: unknown(reason) }),
    )
    expect(said).toBe('unknown')
    expect(observed).toEqual({ 'health.ok': { unknown: `health: ${reason}: the test says so` } })
  })

  test('where a fact that it uses was never read', () => {
    expect(judge(says('health.ok'), scopeWith({}))).toMatchObject({
      says: 'unknown',
      observed: { 'health.ok': { unknown: '`health` was not read' } },
    })
  })

  test.each([
    ['missing', {}],
    ['null', { ok: null }],
    ['of another type', { ok: 'true' }],
  ])('where a field that it uses is %s', (_name, value) => {
    expect(judge(says('health.ok'), scopeWith({ health: known(value) })).says).toBe('unknown')
    expect(judge(says('health.ok == false'), scopeWith({ health: known(value) })).says).toBe('unknown')
  })

  test.each([['health.ok'], ['edges.items.all(e, e.epoch > owner.epoch)']])(
    'where a whole value is null: %s',
    (cel) => {
      const seen = { health: known(null), edges: { value: null, complete: true }, owner: owner(7) }
      expect(judge(says(cel), scopeWith(seen)).says).toBe('unknown')
    },
  )

  test('where an item of a list lacks the field, though another item would settle it', () => {
    const edges = { value: { items: [{ epoch: 9 }, {}] }, complete: true }
    expect(
      judge(says('edges.items.exists(e, e.epoch > owner.epoch)'), scopeWith({ edges, owner: owner(7) })).says,
    ).toBe('unknown')
  })

  test('where whoever reads has a doubt, such as the age of a fact', () => {
    const doubt = ({ fact }: FactRecord) => (fact === 'health' ? 'health: stale: read an hour ago' : undefined)
    const scope = scopeWith({ health: known({ ok: true }), owner: owner(7) }, { doubt })
    expect(judge(says('health.ok'), scope).says).toBe('unknown')
    expect(judge(says('owner.epoch == owner.epoch'), scope).says).toBe('true')
  })

  test('only where it uses the fact: an unknown one beside it does not matter', () => {
    expect(judge(says('health.ok'), scopeWith({ health: known({ ok: true }), owner: unknown('error') })).says).toBe(
      'true',
    )
  })
})

describe('G12: a list', () => {
  const none = 'agents.items.size() == 0'

  test('that is empty is unknown', () => {
    expect(lookUp(['edges', 'items'], scopeWith({ edges: whole() }))).toEqual({
      unknown: 'edges: empty: items is an empty list, and nothing says that empty is a value here',
    })
  })

  test('that is empty is a value where its fact says `ifEmpty: allow`', () => {
    expect(judge(says(none), scopeWith({ agents: whole() })).says).toBe('true')
  })

  test.each([
    ['says that it is not whole', { complete: false }],
    ['does not say that it is whole', {}],
  ])('whose authority %s is unknown, empty or not', (_name, complete) => {
    for (const items of [[], [{ epoch: 7 }]]) {
      const scope = scopeWith({ agents: { value: { items }, ...complete } })
      expect(judge(says(none), scope).says).toBe('unknown')
      expect(judge(says('agents.items.all(a, a.epoch == a.epoch)'), scope).says).toBe('unknown')
    }
  })
})

describe('a path', () => {
  const scope = scopeWith({ owner: owner(7, { operation: 'op-1' }) })
  const without = scopeWith({ owner: owner(7) })

  test.each([
    [['owner', 'epoch'], 7],
    [['inputs', 'app'], 'checkout'],
    [['policy', 'few'], 2],
    [['run', 'id'], 'run-1'],
    [['owner', 'operation', 'known'], true],
    [['owner', 'operation', 'value'], 'op-1'],
  ])('%j leads to %j', (path, value) => {
    expect(lookUp(path, scope)).toEqual({ value })
  })

  test('to an optional value that is absent is known to be so, and has no value', () => {
    expect(lookUp(['owner', 'operation', 'known'], without)).toEqual({ value: false })
    expect(lookUp(['owner', 'operation', 'value'], without)).toEqual({ unknown: '`owner.operation.value` is missing' })
  })

  test('G10: to an optional value that is null is unknown: there is no null', () => {
    const nulled = scopeWith({ owner: owner(7, { operation: null }) })
    for (const field of ['known', 'value'])
      expect(lookUp(['owner', 'operation', field], nulled)).toHaveProperty('unknown')
    expect(judge(says('owner.operation.known'), nulled).says).toBe('unknown')
    expect(judge(says('owner.operation.known == false'), nulled).says).toBe('unknown')
  })

  test('G10: to an optional value of something that is no object is unknown, not absent', () => {
    for (const value of [null, 'text', 7])
      expect(lookUp(['owner', 'operation', 'known'], scopeWith({ owner: known(value) }))).toHaveProperty('unknown')
  })

  test.each([
    ['that nothing stands at', ['owner', 'size']],
    ['below a value that has no fields', ['owner', 'epoch', 'more']],
    ['to a root that there is not', ['nobody', 'epoch']],
    ['to what every object inherits', ['owner', 'constructor']],
    ['to what every object inherits, as its root', ['constructor', 'name']],
    ['to nowhere', []],
  ])('%s is unknown', (_name, path) => {
    expect(lookUp(path, scope)).toHaveProperty('unknown')
  })

  test('to a step with a name that every object inherits leads to its value', () => {
    const values = { ...scope.values, valueOf: { epoch: 8 } }
    expect(lookUp(['valueOf', 'epoch'], { ...scope, values })).toEqual({ value: 8 })
  })
})

describe('an operand', () => {
  const scope = scopeWith({ owner: owner(7, { operation: 'op-1' }), health: unknown('error') })

  test('that is one path keeps its type', () => {
    expect(resolveOperand({ path: ['owner', 'epoch'] }, scope)).toEqual({ value: 7 })
  })

  test('that is a literal is itself', () => {
    expect(resolveOperand({ literal: '{{owner.epoch}}' }, scope)).toEqual({ value: '{{owner.epoch}}' })
  })

  test('that is text joins what is known, and says what is not', () => {
    const text = ['epoch ', { path: ['owner', 'epoch'] }, ' by ', { path: ['owner', 'operation', 'value'] }]
    expect(resolveOperand({ text }, scope)).toEqual({ value: 'epoch 7 by op-1' })
    expect(resolveOperand({ text: ['ok: ', { path: ['health', 'ok'] }] }, scope)).toEqual({
      value: 'ok: (unknown: health.ok)',
    })
  })

  test('that is unknown leaves all inputs unresolved, and is named', () => {
    const resolved = resolveOperands({ app: { path: ['inputs', 'app'] }, ok: { path: ['health', 'ok'] } }, scope)
    expect(resolved).toEqual({ unknown: '`ok` needs a value that is unknown: health: error: the test says so' })
  })
})
