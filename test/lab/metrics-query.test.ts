import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate, formatValue } from '../../lab/metrics/evaluate.ts'
import { parseQuery, QueryError } from '../../lab/metrics/query.ts'

const fragments = [
  'sum',
  'by',
  'rate',
  'http_requests_total',
  '(',
  ')',
  '{',
  '}',
  '[5m]',
  ',',
  '/',
  '=',
  '=~',
  '"5.."',
  'digest',
  'code',
  ' ',
]

test('any text either parses or is refused with a sentence', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...fragments), { maxLength: 24 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return parseQuery(text).over.by.length >= 0
      } catch (cause) {
        return cause instanceof QueryError && cause.message.startsWith('parse error: ')
      }
    }),
  )
})

test('labels, matchers and both sides of a ratio are read', () => {
  const sum = 'sum by (digest, code) (rate(http_requests_total{app!="a\\"b",code=~"5..|4.."}[90s]))'
  const parsed = {
    by: ['code', 'digest'],
    matchers: [
      { label: 'app', op: '!=', value: 'a"b' },
      { label: 'code', op: '=~', value: '5..|4..' },
    ],
  }
  expect(parseQuery(`${sum}/${sum}`)).toEqual({ over: parsed, under: parsed })
})

test.each([
  ['sum by (zone) (rate(http_requests_total[5m]))', 'expected one of the labels environment, app, digest, code'],
  ['sum(rate(http_requests_total))', 'expected [, found )'],
  ['sum(rate(http_requests_total[x]))', 'a range such as [5m] is missing'],
  ['sum(rate(http_requests_total{code=~"(a+)+"}[5m]))', 'in a regular expression, only letters, digits, `.` and `|`'],
  ['sum(rate(http_requests_total{code="5}[5m]))', 'unexpected character at 35'],
  [
    'sum by (app) (rate(http_requests_total[5m])) / sum(rate(http_requests_total[5m]))',
    'both sides of a ratio must be grouped alike',
  ],
])('%s is refused: %s', (text, why) => {
  expect(() => parseQuery(text)).toThrow(why)
})

const series = [
  { labels: { environment: 'e', app: 'a', digest: 'x', code: '200' }, rate: 30 },
  { labels: { environment: 'e', app: 'a', digest: 'x', code: '500' }, rate: 10 },
  { labels: { environment: 'e', app: 'a', digest: 'y', code: '200' }, rate: 5 },
]

test('a ratio has a result only for what is on both sides', () => {
  const errors = 'sum by (digest) (rate(http_requests_total{code=~"5.."}[5m]))'
  const all = 'sum by (digest) (rate(http_requests_total[5m]))'
  expect(evaluate(parseQuery(`${errors} / ${all}`), series)).toEqual([{ metric: { digest: 'x' }, value: 0.25 }])
  expect(evaluate(parseQuery(all), series).map(({ value }) => value)).toEqual([40, 5])
})

test('a regular expression matches the whole value, and may be negated', () => {
  const of = (matcher: string) =>
    evaluate(parseQuery(`sum(rate(http_requests_total{${matcher}}[5m]))`), series)[0]?.value
  expect([of('code=~"5"'), of('code=~"5.."'), of('code!~"5.."'), of('code!="200"')]).toEqual([undefined, 10, 35, 10])
})

test('numbers are written as Prometheus writes them', () => {
  expect([0.5, NaN, Infinity, -Infinity].map(formatValue)).toEqual(['0.5', 'NaN', '+Inf', '-Inf'])
})
