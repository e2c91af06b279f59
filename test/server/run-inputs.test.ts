import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkInputs } from '../../engine/host/run-inputs.ts'
import type { InputPlan } from '../../schemas/plan.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { planOf } from './fixture.ts'

const DIGEST = `sha256:${'0f'.repeat(32)}`
const enumType: ValueType = { kind: 'enum', of: 'phase', words: ['blue', 'green'] }

function check(inputs: Readonly<Record<string, InputPlan | ValueType>>, given: Record<string, unknown>) {
  const plans = Object.entries(inputs).map(
    ([name, input]) => [name, 'type' in input ? input : { type: input }] as const,
  )
  return checkInputs(planOf('inputs', { triggers: [], inputs: Object.fromEntries(plans) }), given)
}

const accepted: readonly (readonly [ValueType, unknown, unknown])[] = [
  [{ kind: 'bool' }, 'true', true],
  [{ kind: 'text' }, '42', '42'],
  [{ kind: 'count' }, '42', 42],
  [{ kind: 'count' }, 42, 42],
  [{ kind: 'ratio' }, '0.5%', 0.005],
  [{ kind: 'duration' }, '5m', 300_000],
  [{ kind: 'digest' }, DIGEST, DIGEST],
  [{ kind: 'epoch' }, '7', 7],
  [{ kind: 'sequence' }, '8', 8],
  [{ kind: 'version' }, '9', '9'],
  [{ kind: 'time', clock: 'host' }, '2026-11-20T23:13:24.046784293Z', '2026-11-20T23:13:24.046784293Z'],
  [{ kind: 'id', of: 'app' }, 'shop', 'shop'],
  [{ kind: 'optional', inner: { kind: 'duration' } }, '1s', 1_000],
  [enumType, 'green', 'green'],
  [{ kind: 'list', item: { kind: 'count' } }, [1, 2], [1, 2]],
  [{ kind: 'object', fields: { a: { kind: 'bool' } } }, { a: true }, { a: true }],
  [{ kind: 'secretRef' }, { secret: 'env:TOKEN' }, { secret: 'env:TOKEN' }],
]

test.each(accepted)('an input %o takes %o as %o', (type, given, value) => {
  expect(check({ it: type }, { it: given })).toEqual({ inputs: { it: value } })
})

const refused: readonly (readonly [ValueType, unknown, string])[] = [
  [{ kind: 'bool' }, 'yes', 'the input `it` cannot be `yes`: it is true or false, written as `true` or `false`'],
  [{ kind: 'count' }, '-1', 'the input `it` cannot be `-1`: it is a count, written as a whole number'],
  [{ kind: 'count' }, 1.5, 'the input `it` cannot be `1.5`: it is a count, written as a whole number'],
  [{ kind: 'count' }, null, 'the input `it` cannot be `null`: it is a count, written as a whole number'],
  [{ kind: 'ratio' }, '0.5', 'the input `it` cannot be `0.5`: it is a ratio, written as `0.5%`'],
  [{ kind: 'duration' }, '5', 'the input `it` cannot be `5`: it is a duration, written as `90s`, `5m`, `2h` or `3d`'],
  [enumType, 'red', 'the input `it` cannot be `red`: it is a word of `phase`, written as `blue`, `green`'],
  [
    { kind: 'time', clock: 'host' },
    '2026-13-20T00:00:00Z',
    'the input `it` cannot be `2026-13-20T00:00:00Z`: it is a time of the clock `host`, written as RFC 3339, such as `2026-08-21T10:00:00Z`',
  ],
  [
    { kind: 'time', clock: 'host' },
    '2026-02-30T00:00:00Z',
    'the input `it` cannot be `2026-02-30T00:00:00Z`: it is a time of the clock `host`, written as RFC 3339, such as `2026-08-21T10:00:00Z`',
  ],
  [{ kind: 'text' }, 5, 'the input `it` cannot be `5`: it is text'],
  [{ kind: 'secretRef' }, 'hunter2', 'the input `it` cannot be what was given: it is a reference to a secret'],
  [
    { kind: 'object', fields: { a: { kind: 'bool' } } },
    { a: true, b: 1 },
    'the input `it` cannot be `{"a":true,"b":1}`: it is an object with fields',
  ],
]

test.each(refused)('an input %o refuses %o', (type, given, problem) => {
  expect(check({ it: type }, { it: given })).toEqual({ problems: [problem] })
})

test('an id is one segment or more of a path, and never leads out of it', () => {
  for (const id of ['..', 'a/../b', 'a//b', '/a', 'a/.', 'a b', '', 'a'.repeat(129)]) {
    expect(check({ app: { kind: 'id', of: 'app' } }, { app: id }), id).toHaveProperty('problems')
  }
})

test('a default is applied where nothing is given, and what is optional may be absent', () => {
  const inputs = {
    times: { type: { kind: 'count' }, default: 3 },
    note: { type: { kind: 'optional', inner: { kind: 'text' } } },
  } as const
  expect(check(inputs, {})).toEqual({ inputs: { times: 3 } })
  expect(check(inputs, { times: '5', note: 'n' })).toEqual({ inputs: { times: 5, note: 'n' } })
})

test('every mistake is told at once: what is missing, what is unknown with the nearest name, what is wrong', () => {
  const inputs = { app: { kind: 'id', of: 'app' }, times: { kind: 'count' } } as const
  expect(check(inputs, { ap: 'shop', times: 'x' })).toEqual({
    problems: [
      'the input `app` is missing: it is the id of an app, written as letters, digits and `. _ : / -`',
      'this runbook has no input `ap`; did you mean `app`?',
      'the input `times` cannot be `x`: it is a count, written as a whole number',
    ],
  })
})

test('inputs that are named like members of every object are neither filled nor overlooked', () => {
  const inputs = { valueOf: { kind: 'text' }, constructor: { kind: 'text' } } as const
  const checked = check(inputs, {})
  expect(checked).toMatchObject({
    problems: [expect.stringContaining('`valueOf` is missing'), expect.stringContaining('`constructor` is missing')],
  })
  const polluted = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>
  expect(check({}, polluted)).toHaveProperty('problems')
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('whatever is given, it is accepted as JSON of the declared shape, or refused in one line without control characters', () => {
  const inputs = {
    app: { kind: 'id', of: 'app' },
    for: { kind: 'duration' },
    note: { kind: 'optional', inner: { kind: 'text' } },
  } as const
  const given = fc.dictionary(
    fc.constantFrom('app', 'for', 'note', 'other', '\u001b[2J'),
    fc.oneof(fc.string(), fc.constantFrom('shop', '5m'), fc.jsonValue()),
  )
  fc.assert(
    fc.property(given, (values) => {
      const checked = check(inputs, values)
      if ('inputs' in checked)
        return typeof checked.inputs['app'] === 'string' && Number.isSafeInteger(checked.inputs['for'])
      return checked.problems.length > 0 && checked.problems.every((problem) => !/\p{C}/u.test(problem))
    }),
  )
})
