import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPredicate, evaluatePredicate, PredicateError } from '../../engine/core/cel.ts'
import type { Variables } from '../../engine/core/cel.ts'
import { LINEAGE } from '../../engine/core/predicate/receipts.ts'
import { runType } from '../../engine/core/variables.ts'
import type { Json } from '../../schemas/json.ts'
import type { ScalarKind, ValueType } from '../../schemas/value-type.ts'

const digestA = `sha256:${'a'.repeat(64)}`
const digestB = `sha256:${'b'.repeat(64)}`
const object = (fields: Record<string, ValueType>): ValueType => ({ kind: 'object', fields })
const list = (item: ValueType): ValueType => ({ kind: 'list', item })
const maybe = (inner: ValueType): ValueType => ({ kind: 'optional', inner })
const id = (of: string): ValueType => ({ kind: 'id', of })
const scalar = (kind: ScalarKind): ValueType => ({ kind })
const time = (clock: string): ValueType => ({ kind: 'time', clock })
const state: ValueType = { kind: 'enum', of: 'binding-state', words: ['ready', 'degraded', 'missing'] }
const effect: ValueType = { kind: 'enum', of: 'effect', words: ['route.own', 'route.rollback'] }

const variables: Variables = {
  owner: object({
    digest: scalar('digest'),
    epoch: scalar('epoch'),
    sinceChange: scalar('duration'),
    changedAt: time('controlPlane'),
  }),
  edges: object({
    items: list(
      object({
        edge: id('edge'),
        epoch: scalar('epoch'),
        digest: scalar('digest'),
        operation: maybe(id('operation')),
        healthy: scalar('count'),
        quorum: scalar('count'),
        state,
      }),
    ),
  }),
  errors: object({ ratio: scalar('ratio'), worst: scalar('digest'), note: scalar('text'), token: scalar('secretRef') }),
  stream: object({
    first: scalar('sequence'),
    last: scalar('sequence'),
    at: time('stream'),
    app: id('app'),
    tag: scalar('version'),
  }),
  table: object({ rows: list(list(scalar('ratio'))) }),
  gate: object({ open: scalar('bool'), operation: maybe(scalar('text')) }),
  run: runType(effect),
  policy: object({
    errorStop: scalar('ratio'),
    patience: scalar('duration'),
    atLeast: scalar('count'),
    classes: list(state),
  }),
}
const receipt = {
  effect: 'route.rollback',
  step: 'rollback',
  status: 'done',
  approved: true,
  undone: false,
  [LINEAGE]: ['route.rollback', 'route.own'],
}
const edge = { edge: 'e1', epoch: 4, digest: digestA, operation: 'op-1', healthy: 3, quorum: 2, state: 'ready' }
const values: Record<string, Json> = {
  owner: { digest: digestA, epoch: 4, sinceChange: 31_000, changedAt: '2026-08-21T10:00:00.000000001Z' },
  edges: { items: [edge, { ...edge, edge: 'e2', epoch: 5 }] },
  errors: { ratio: 0.004, worst: digestB, note: 'x', token: {} },
  stream: { first: 6, last: 7, at: '2026-08-21T10:00:00Z', app: 'shop', tag: 'v1' },
  table: { rows: [[0.001], [0.002, 0.003]] },
  gate: { open: true },
  run: { id: 'r1', subjects: ['app/shop'], effects: [receipt] },
  policy: { errorStop: 0.005, patience: 30_000, atLeast: 2, classes: ['ready'] },
}

/** The same object with a field missing. */
function without(object: Record<string, Json>, field: string): Record<string, Json> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))
}

describe('a predicate that is one', () => {
  test.each([
    ['edges.items.exists(e, e.epoch != owner.epoch)', true],
    ['edges.items.all(e, e.epoch >= owner.epoch)', true],
    ['edges.items.all(e, e.healthy - 1 >= e.quorum) && !(owner.digest == errors.worst)', true],
    ['errors.ratio < policy.errorStop', true],
    ['owner.sinceChange > policy.patience', true],
    ['owner.changedAt - owner.changedAt < policy.patience', true],
    ['stream.last == stream.first + 1', true],
    ["edges.items.filter(e, e.state in ['degraded', 'missing']).size() == 0", true],
    ['edges.items.exists(e, e.state in policy.classes)', true],
    ['sum(edges.items.map(e, e.healthy)) > policy.atLeast', true],
    ['gate.operation.known', false],
    ['table.rows.all(r, r.all(c, c < policy.errorStop))', true],
    ["run.effects.of('route.own').size() == 1", true],
    ["edges.items.all(e, e.operation.known && e.state == 'ready')", true],
    ["errors.note == 'y' || gate.open == false", false],
  ])('%s', (cel, says) => {
    expect(checkPredicate(cel, variables)).toMatchObject({ ok: true })
    expect(evaluatePredicate(cel, variables, values)).toBe(says)
  })

  test('its paths end where a list begins, each once, in order', () => {
    const checked = checkPredicate(
      'edges.items.all(e, e.epoch >= owner.epoch && e.operation.known) && owner.epoch == owner.epoch',
      variables,
    )
    expect(checked).toMatchObject({
      ok: true,
      uses: [
        ['edges', 'items'],
        ['owner', 'epoch'],
      ],
    })
  })

  test('G12: a comparison that only an empty list satisfies is noted, whichever way it is written', () => {
    for (const cel of [
      'edges.items.size() == 0',
      '0 == edges.items.size()',
      'edges.items.size() < 1',
      '1 > edges.items.size()',
      'edges.items.size() <= 0',
    ]) {
      expect(checkPredicate(cel, variables)).toMatchObject({ ok: true, emptiness: [{ path: ['edges', 'items'] }] })
    }
    expect(checkPredicate('edges.items.size() > 0', variables)).toMatchObject({ ok: true, emptiness: [] })
  })
})

describe('G11, G13, G14: a predicate that is refused', () => {
  test.each([
    ["owner.digest == 'v1.2.3'", 'types', 'a digest and text cannot be compared with `==`'],
    ['owner.epoch < 7', 'types', 'an epoch and a count cannot be ordered'],
    ['errors.ratio < policy.patience', 'types', 'a ratio and a duration cannot be ordered'],
    ['errors.ratio < 0.005', 'number', 'the number `0.005` tips a decision and has no name'],
    ['edges.items.all(e, e.healthy >= 2)', 'number', 'the number `2` tips a decision and has no name'],
    [
      'owner.changedAt > stream.at',
      'types',
      'a time of the clock `controlPlane` and a time of the clock `stream` cannot be ordered',
    ],
    [
      'owner.changedAt - stream.at > policy.patience',
      'types',
      'a time of the clock `controlPlane` and a time of the clock `stream` cannot be subtracted',
    ],
    ["stream.app == 'shop'", 'types', 'the id of an app and text cannot be compared with `==`'],
    [
      'edges.items.exists(e, e.edge == stream.app)',
      'types',
      'the id of an edge and the id of an app cannot be compared with `==`',
    ],
    ["edges.items.exists(e, e.state == 'hott')", 'word', '`hott` is not a word of `binding-state`'],
    ["run.effects.of('route.onw').size() == 0", 'word', '`route.onw` is not a word of `effect`'],
    [
      'gate.operation != null',
      'construct',
      'there is no `null` here: a value that may be absent has `.known` and `.value`',
    ],
    ['has(gate.operation)', 'construct', '`has` is not known here: a value that may be absent has `.known`'],
    ['dyn(owner.epoch) == 1', 'construct', '`dyn` is not known here: every value has its type'],
    ["errors.note.matches('a.*')", 'construct', '`matches` is not known here: let a reading say what a text means'],
    ['gate.open ? gate.open : gate.open', 'construct', 'a predicate does not choose between values'],
    [
      "owner.sinceChange > duration('5m')",
      'construct',
      '`duration` is not known here: name the duration in policy.yaml',
    ],
    ['int(owner.epoch) == 1', 'construct', '`int` is not known here: every value has its type'],
    ['edges.items[0].epoch == owner.epoch', 'construct', '`edges.items[0]` is not a construct of this language'],
    ['gate.operation == errors.note', 'optional', '`gate.operation` may be absent: it cannot be used as it is'],
    ['1 == 1', 'no-fact', 'this predicate names no fact: it always says the same'],
    ['true', 'no-fact', 'this predicate names no fact: it always says the same'],
    ['owner.epohc == owner.epoch', 'unknown-field', '`owner` has no field `epohc`'],
    ['onwer.epoch == owner.epoch', 'unknown-name', 'nothing is named `onwer` here'],
    ['owner.epoch', 'types', '`owner.epoch` is an epoch, where true or false is needed'],
    ['edges.items.all(owner, owner.healthy > 0)', 'construct', '`owner` hides another name'],
    ['stream.tag < stream.tag', 'types', 'a version cannot be ordered'],
    ['errors.ratio == policy.errorStop', 'types', 'a ratio cannot be compared with `==`'],
    ['errors.token == errors.token', 'types', 'a reference to a secret cannot be compared with `==`'],
    ['owner.constructor == owner.digest', 'unknown-field', '`owner` has no field `constructor`'],
    ['owner.epoch ==', 'syntax', 'the predicate ends too early'],
    ['', 'syntax', 'the predicate ends too early'],
    [`gate.open${' && gate.open'.repeat(300)}`, 'size', 'this predicate is too big to be read by a person'],
    ['x'.repeat(5000), 'size', 'this predicate has 5000 characters; at most 4096 are read'],
    [`${'('.repeat(60)}gate.open${')'.repeat(60)}`, 'size', 'this predicate is too big to be read by a person'],
  ])('%s', (cel, kind, message) => {
    expect(checkPredicate(cel, variables)).toMatchObject({ ok: false, problems: [{ kind, message }] })
    expect(() => evaluatePredicate(cel, variables, values)).toThrow(PredicateError)
  })

  test('every mistake is found in one pass, with its place', () => {
    const cel = "owner.epohc == owner.epoch && errors.ratio < 0.5 && edges.items.exists(e, e.state == 'hott')"
    const checked = checkPredicate(cel, variables)
    const found = checked.ok ? [] : checked.problems.map(({ start, end }) => cel.slice(start, end))
    expect(found).toEqual(['epohc', '0.5', "'hott'"])
  })
})

describe('G10: what a predicate uses is validated before it is evaluated', () => {
  const bad: [string, Record<string, Json>][] = [
    ['a missing field', { gate: {} }],
    ['null', { gate: { open: null } }],
    ['a wrong type', { gate: { open: 'yes' } }],
    ['a missing root', {}],
    ['a root that is no object', { gate: 7 }],
  ]
  test.each(bad)('%s throws, although the other side of `||` is true', (_name, gate) => {
    expect(() =>
      evaluatePredicate('owner.epoch == owner.epoch || gate.open', variables, {
        owner: values['owner'] ?? null,
        ...gate,
      }),
    ).toThrow(PredicateError)
  })

  test.each([NaN, Infinity, null, '0.1'])('a ratio of %s throws', (ratio) => {
    expect(() =>
      evaluatePredicate('!(errors.ratio > policy.errorStop)', variables, { ...values, errors: { ratio } }),
    ).toThrow(PredicateError)
  })

  test('a field that is missing in one item throws, although another item decides `exists`', () => {
    const lame = without(edge, 'quorum')
    const items = [lame, { ...edge, healthy: 3 }]
    expect(() =>
      evaluatePredicate('edges.items.exists(e, e.quorum > 1 || e.healthy > 1)', variables, { edges: { items } }),
    ).toThrow('`edges.items[0].quorum` is missing')
  })

  test('NaN in a list of lists throws', () => {
    const table = { rows: [[0.001], [NaN]] }
    const cel = 'table.rows.exists(r, r.exists(c, c < policy.errorStop))'
    expect(() => evaluatePredicate(cel, variables, { ...values, table })).toThrow('`table.rows[1][0]` is NaN')
  })

  test('`.value` of an absent optional throws, inside a list too', () => {
    expect(() => evaluatePredicate("gate.operation.known && gate.operation.value == 'x'", variables, values)).toThrow(
      '`gate.operation.value` is absent',
    )
    const lame = without(edge, 'operation')
    expect(() =>
      evaluatePredicate(
        'edges.items.all(e, e.operation.known == false || e.operation.value == e.operation.value)',
        variables,
        { edges: { items: [lame] } },
      ),
    ).toThrow('is absent')
  })

  test('what is not used does not matter', () => {
    expect(evaluatePredicate('gate.open', variables, { gate: { open: true, operation: 7 } })).toBe(true)
  })
})

describe('G14: integers are integers', () => {
  test('an epoch is compared exactly, up to the last safe integer', () => {
    const last = Number.MAX_SAFE_INTEGER
    expect(evaluatePredicate('stream.last == stream.first + 1', variables, { stream: { first: last - 1, last } })).toBe(
      true,
    )
    expect(() =>
      evaluatePredicate('stream.last == stream.first', variables, { stream: { first: last + 1, last } }),
    ).toThrow(PredicateError)
  })

  test('two times of one clock keep every digit', () => {
    const at = (text: string) => ({ owner: { changedAt: text, sinceChange: 0 } })
    expect(
      evaluatePredicate(
        'owner.changedAt - owner.changedAt > owner.sinceChange',
        variables,
        at('2026-08-21T10:00:00.000000001Z'),
      ),
    ).toBe(false)
    expect(() =>
      evaluatePredicate('owner.changedAt <= owner.changedAt', variables, at('2026-02-30T99:00:00Z')),
    ).toThrow('not a time')
  })
})

test('no text makes the checker throw, and no value makes an evaluation anything but true, false or a PredicateError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom('gate.open', 'edges.items.all(e, e.epoch >= owner.epoch)', 'errors.ratio < policy.errorStop'),
      ),
      fc.dictionary(fc.constantFrom('gate', 'edges', 'errors', 'owner', 'policy'), fc.jsonValue()),
      (cel, any) => {
        expect(checkPredicate(cel, variables)).toHaveProperty('ok')
        try {
          expect(evaluatePredicate(cel, variables, any as Record<string, Json>)).toBeTypeOf('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(PredicateError)
        }
      },
    ),
  )
})
