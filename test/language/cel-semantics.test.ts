import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPredicate, evaluatePredicate, PredicateError } from '../../engine/core/cel.ts'
import type { Variables } from '../../engine/core/cel.ts'
import { judge } from '../../engine/core/judge.ts'
import type { Scope } from '../../engine/core/scope.ts'
import type { Json } from '../../schemas/json.ts'
import type { ValueType } from '../../schemas/value-type.ts'

const object = (fields: Record<string, ValueType>): ValueType => ({ kind: 'object', fields })
const list = (item: ValueType): ValueType => ({ kind: 'list', item })
const count: ValueType = { kind: 'count' }
const state: ValueType = { kind: 'enum', of: 'state', words: ['ready', 'bad', 'true', 'in'] }

const variables: Variables = {
  f: object({
    yes: { kind: 'bool' },
    n: count,
    m: count,
    state,
    late: { kind: 'optional', inner: count },
    numbers: list(count),
    items: list(object({ n: count, state, inner: list(object({ n: count })) })),
  }),
}

interface Fact {
  readonly yes: boolean
  readonly n: number
  readonly m: number
  readonly state: string
  readonly late?: number
  readonly numbers: readonly number[]
  readonly items: readonly { readonly n: number; readonly state: string; readonly inner: readonly { n: number }[] }[]
}

/** A predicate as text, and what it means: written down here a second time, in JavaScript alone. */
interface Meaning {
  readonly cel: string
  readonly holds: (fact: Fact) => boolean
}

const small = fc.integer({ min: 0, max: 3 })
const big = fc.constantFrom(0, 1, 2, 3, 2 ** 31, 2 ** 32, 2 ** 53 - 2, Number.MAX_SAFE_INTEGER)
const word = fc.constantFrom('ready', 'bad', 'true', 'in')
const order = fc.constantFrom('<', '<=', '>', '>=', '==', '!=')
const facts: fc.Arbitrary<Fact> = fc.record(
  {
    yes: fc.boolean(),
    n: big,
    m: big,
    state: word,
    late: small,
    numbers: fc.array(small, { maxLength: 3 }),
    items: fc.array(fc.record({ n: small, state: word, inner: fc.array(fc.record({ n: small }), { maxLength: 2 }) }), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ['yes', 'n', 'm', 'state', 'numbers', 'items'] },
)

function compare(op: string, a: number | string, b: number | string): boolean {
  if (op === '==') return a === b
  if (op === '!=') return a !== b
  return op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b
}

const quoted = (text: string) => fc.constantFrom(`'${text}'`, `"${text}"`, `r'${text}'`, `'${escaped(text)}'`)
const escaped = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}${text.slice(1)}`

const leaf: fc.Arbitrary<Meaning> = fc.oneof(
  fc.constant({ cel: 'f.yes', holds: ({ yes }: Fact) => yes }),
  order.map((op) => ({ cel: `f.n ${op} f.m`, holds: ({ n, m }: Fact) => compare(op, n, m) })),
  fc.constantFrom('==', '!=').chain((op) =>
    word.chain((one) =>
      quoted(one).map((text) => ({
        cel: `f.state ${op} ${text}`,
        holds: (fact: Fact) => compare(op, fact.state, one),
      })),
    ),
  ),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => ({
    cel: `f.state in [${words.map((one) => `'${one}'`).join(', ')}]`,
    holds: (fact: Fact) => words.some((one) => one === fact.state),
  })),
  order.map((op) => ({
    cel: `f.n ${op} f.numbers.size()`,
    holds: ({ n, numbers }: Fact) => compare(op, n, numbers.length),
  })),
  order.map((op) => ({
    cel: `sum(f.numbers) ${op} f.items.filter(i, i.state != 'bad').size()`,
    holds: ({ numbers, items }: Fact) =>
      compare(
        op,
        numbers.reduce((a, b) => a + b, 0),
        items.filter((item) => item.state !== 'bad').length,
      ),
  })),
  fc.constantFrom('all', 'exists').chain((verb) =>
    order.map((op) => ({
      cel: `f.items.${verb}(i, i.n ${op} f.n && i.inner.${verb}(j, j.n ${op} i.n))`,
      holds: ({ n, items }: Fact) => {
        const each = verb === 'all' ? 'every' : 'some'
        return items[each]((i) => compare(op, i.n, n) && i.inner[each]((j) => compare(op, j.n, i.n)))
      },
    })),
  ),
  fc.constant({
    cel: 'f.n in f.items.map(i, i.n)',
    holds: ({ n, items }: Fact) => items.some((item) => item.n === n),
  }),
  fc.constant({ cel: 'f.late.known', holds: ({ late }: Fact) => late !== undefined }),
)

/** Joined with and without brackets: `&&` binds closer than `||`, `!` closer than both. */
const { tree } = fc.letrec<{ tree: Meaning; any: Meaning; all: Meaning; one: Meaning }>((tie) => ({
  tree: tie('any'),
  any: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'depth' },
    tie('all'),
    fc.tuple(tie('all'), tie('any')).map(([a, b]) => ({
      cel: `${a.cel} || ${b.cel}`,
      holds: (fact: Fact) => a.holds(fact) || b.holds(fact),
    })),
  ),
  all: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'depth' },
    tie('one'),
    fc.tuple(tie('one'), tie('all')).map(([a, b]) => ({
      cel: `${a.cel} && ${b.cel}`,
      holds: (fact: Fact) => a.holds(fact) && b.holds(fact),
    })),
  ),
  one: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'depth' },
    leaf,
    tie('any').map(({ cel, holds }) => ({ cel: `(${cel})`, holds })),
    tie('any').map(({ cel, holds }) => ({ cel: `!(${cel})`, holds: (fact: Fact) => !holds(fact) })),
  ),
}))

describe('a predicate means what the language says', () => {
  test('whatever it is joined of, and whatever the values are', () => {
    fc.assert(
      fc.property(tree, facts, ({ cel, holds }, fact) => {
        fc.pre(cel.length < 3000)
        const checked = checkPredicate(cel, variables)
        fc.pre(checked.ok || !checked.problems.every(({ kind }) => kind === 'size'))
        expect(checked).toMatchObject({ ok: true })
        expect([cel, evaluatePredicate(cel, variables, { f: fact as unknown as Json })]).toEqual([cel, holds(fact)])
      }),
      { numRuns: 1500 },
    )
  })

  test('and is unknown, on whichever side, where one value that it names is in doubt', () => {
    const broken = fc.constantFrom<readonly [string, Json]>(
      ['n', null],
      ['n', -1],
      ['n', 1.5],
      ['n', 2 ** 53],
      ['n', '1'],
      ['state', 'READY'],
      ['yes', 0],
      ['items', [{ n: 1, state: 'ready' }]],
      ['numbers', [1, null]],
    )
    fc.assert(
      fc.property(tree, facts, broken, ({ cel }, fact, [field, value]) => {
        fc.pre(cel.length < 3000)
        const checked = checkPredicate(cel, variables)
        fc.pre(
          checked.ok && checked.uses.some((path) => path[1] === field) && (field !== 'items' || cel.includes('inner')),
        )
        expect(() => evaluatePredicate(cel, variables, { f: { ...fact, [field]: value } })).toThrow(PredicateError)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what CEL has and the language has not is refused, however it is written', () => {
  test.each([
    'f.n == 1u',
    'f.n == 1.0',
    'f.n == 1e0',
    'f.n == -1',
    '-f.n == f.m',
    'f.n * f.m > f.n',
    'f.n / f.m == f.n',
    'f.n % f.m == f.n',
    "f.state == b'ready'",
    "f.state + 'x' == 'readyx'",
    "f.state.startsWith('re')",
    'f.state.size() == f.n',
    'size(f.numbers) == f.n',
    'f["n"] == f.m',
    'f.numbers[0] == f.n',
    '{"a": f.n}.a == f.m',
    '{1: f.n}[1] == f.m',
    'f.numbers == [f.n]',
    'f.items.exists_one(i, i.n == f.n)',
    'f.items.map(i, i.n > f.n, i.n).size() == f.n',
    'f.numbers.all(n, f, n == f.n)',
    'has(f.late)',
    'f.late == null',
    'f.yes ? f.yes : f.yes',
    'type(f.n) == int',
    'int(f.n) == f.m',
    'string(f.n) == "1"',
    "timestamp('2026-01-01T00:00:00Z') < f.n",
    "duration('1h') > f.n",
    "f.state.matches('^r')",
    'f.n == f.constructor',
    'f.__proto__ == f.n',
    'f.numbers.length == f.n',
    'f.items.constructor.size() == f.n',
    'f.toString() == f.state',
    'f.n < f.m < f.n',
    'f.yes < f.yes',
    'f.state < f.state',
    'f.n && f.yes',
    '!f.n',
    'f',
    'f.items',
    'f.numbers.all(n, n)',
    'f.items.all(f, f.n == f.n)',
    'f.items.all(i, i.inner.all(i, i.n == f.n))',
    'f.yes; f.yes',
    'f.yes // f.n == f.m\n && f.nope',
    'f.n in f.m',
    'f.state in ["ready", f.n]',
    "f.state in ['raedy']",
    'f.n in []',
    'cel.bind(x, f.n, x == f.m)',
    'dyn(f.n) == f.m',
    'f?.n == f.m',
    'f.?n == f.m',
    'optional.of(f.n) == f.m',
    '.f.yes',
    '`f`.yes',
  ])('%s', (cel) => {
    const checked = checkPredicate(cel, variables)
    expect(checked.ok).toBe(false)
    for (const { message, help = '' } of checked.ok ? [] : checked.problems)
      expect(`${message} ${help}`).not.toMatch(/undefined|\[object|TypeError|overload/)
  })
})

describe('time is bounded', () => {
  const wide = (items: number, inner: number) => ({
    f: { items: Array.from({ length: items }, () => ({ n: 1, state: 'ready', inner: Array(inner).fill({ n: 1 }) })) },
  })
  const pairs = 'f.items.all(a, f.items.all(b, a.n == b.n))'
  const own = 'f.items.all(a, a.inner.all(b, a.n == b.n))'
  const member = 'f.items.all(a, a.n in f.items.map(b, b.n))'

  test('a list in a list is gone through where that takes no time', () => {
    expect(evaluatePredicate(pairs, variables, wide(100, 0))).toBe(true)
    expect(evaluatePredicate(own, variables, wide(5000, 10))).toBe(true)
    expect(evaluatePredicate(member, variables, wide(100, 0))).toBe(true)
  })

  test.each([
    [pairs, wide(3000, 0)],
    [member, wide(3000, 0)],
    [own, wide(600, 400)],
    [
      `f.items.exists(a, f.items.exists(b, f.items.exists(c, f.items.exists(d, a.n + b.n == c.n + d.n))))`,
      wide(100, 0),
    ],
  ])('G10: `%s` over too many is unknown, before anything is evaluated', (cel, values) => {
    expect(checkPredicate(cel, variables)).toMatchObject({ ok: true })
    const began = performance.now()
    expect(() => evaluatePredicate(cel, variables, values)).toThrow(/lists in lists are too long/)
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('and so is what the door and `eval` say of it, which both judge', () => {
    const place = { file: 'a.yaml', line: 1, col: 1 }
    const scope: Scope = { types: variables, values: wide(3000, 0), facts: {}, records: {} }
    expect(judge({ cel: pairs, uses: [['f', 'items']], place }, scope)).toMatchObject({
      says: 'unknown',
      observed: { problem: expect.stringContaining('lists in lists are too long') as string },
    })
  })
})

test.each([
  '2026-02-30T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
])('G10: %s is no time, and what compares it is unknown', (at) => {
  const clocks: Variables = {
    f: object({ at: { kind: 'time', clock: 'host' }, other: { kind: 'time', clock: 'host' } }),
  }
  const values = { f: { at, other: '2026-01-01T00:00:00Z' } }
  expect(() => evaluatePredicate('f.at > f.other', clocks, values)).toThrow(PredicateError)
  expect(evaluatePredicate('f.at > f.other', clocks, { f: { ...values.f, at: '2028-02-29T23:59:59Z' } })).toBe(true)
})
