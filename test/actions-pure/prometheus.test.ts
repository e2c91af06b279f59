import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Unknown, type AnyReading } from '../../actions/define.ts'
import { definitions } from '../../actions/index.ts'
import { promql } from '../../actions/prometheus/promql.ts'
import { parseInput } from '../../actions/validate.ts'
import { asReading, contextFor } from './context.ts'
import { serve, type Answer } from './local-server.ts'

const query = named('prometheus.query')
const errorRatio = named('prometheus.errorRatioByDigest')
const good = `sha256:${'a'.repeat(64)}`
const bad = `sha256:${'b'.repeat(64)}`
const subject = { environment: 'production', app: 'shop' }

test('a query with one result is a value', async () => {
  const { reading } = await ask(vector([[{}, '0.25']]))
  expect(await reading).toMatchObject({ value: { value: 0.25 }, roundTrip: false })
})

test.each([
  ['an empty result', vector([]), 'empty'],
  ['NaN', vector([[{}, 'NaN']]), 'nan'],
  ['an infinity', vector([[{}, '+Inf']]), 'nan'],
  [
    'two series',
    vector([
      [{ a: '1' }, '1'],
      [{ a: '2' }, '1'],
    ]),
    'invalid',
  ],
  ['a matrix', { json: { status: 'success', data: { resultType: 'matrix', result: [] } } }, 'invalid'],
  ['a partial answer', { json: { ...(vector([[{}, '1']]).json as object), warnings: ['store gone'] } }, 'incomplete'],
  ['bad_data', { status: 400, json: { status: 'error', errorType: 'bad_data', error: 'parse error' } }, 'error'],
  ['a status of its own', { status: 502, text: '<html>' }, 'error'],
  ['no JSON', { text: 'hello' }, 'invalid'],
  ['other JSON', { json: { hello: 1 } }, 'invalid'],
] satisfies [string, Answer, string][])('G10: %s is unknown, for its own reason', async (_what, answer, reason) => {
  const { reading } = await ask(answer)
  await expect(reading).rejects.toBeInstanceOf(Unknown)
  await expect(reading).rejects.toMatchObject({ reason })
})

test('G10: no answer in time is a timeout', async () => {
  const server = await serve(() => undefined)
  const context = contextFor('prometheus', server.url, { signal: AbortSignal.timeout(100) })
  await expect(query.read({ query: 'up' }, context)).rejects.toMatchObject({ reason: 'timeout' })
})

test('G10: an unreachable server is an error, and the message keeps the token', async () => {
  const reading = query.read({ query: 'up' }, contextFor('prometheus', 'http://127.0.0.1:1'))
  await expect(reading).rejects.toMatchObject({
    reason: 'error',
    message: expect.not.stringContaining('token') as string,
  })
})

test('G13: the age is the difference of two times of the server, rounded up to the second that it tells', async () => {
  const at = Date.UTC(2026, 0, 1, 12, 0, 0)
  const answer = { ...vector([[{}, '1']], at / 1000 - 3), headers: { date: new Date(at).toUTCString() } }
  const { reading } = await ask(answer)
  expect(await reading).toMatchObject({ ageMs: 3999 })
})

test('G33: parameters are encoded by the action and reach the server as data', async () => {
  const { reading, server } = await ask(vector([[{}, '1']]), 'up{app=$app,code=~"5..$"} # $none')
  await reading
  expect(sent(server.seen[0]?.body)).toEqual({ query: 'up{app="shop",code=~"5..$"} # $none' })
  expect(server.seen[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer token-of-prometheus' } })
})

test('G33: whatever a parameter says, the query around it stays the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const filled = promql('up{app=$app} > 0', { app: value })
      const quoted = /^up\{app=("(?:[^"\\\n]|\\.)*")\} > 0$/.exec(filled)?.[1]
      expect(JSON.parse(quoted ?? 'null')).toBe(value)
    }),
  )
})

test.each([
  ['up{app=~$app}', { app: 'x' }, 'a parameter is a value, not a pattern'],
  ['up{app=$app}', {}, 'needs a parameter `app`'],
  ['up{app=$constructor}', {}, 'needs a parameter `constructor`'],
  ['up{app=$app}', { app: '\ud800' }, 'no well-formed text'],
])('G33: %s with %o is refused', (template, parameters, message) => {
  expect(() => promql(template, parameters)).toThrow(message)
})

test('the error ratio is told by digest, the worst first, and over all requests', async () => {
  const { reading, server } = await ratios(
    [
      [bad, '10'],
      [good, '30'],
    ],
    [[bad, '1']],
  )
  expect(await reading).toMatchObject({ value: { worst: bad, worstRatio: 0.1, currentRatio: 0.025 } })
  const [traffic, errors] = server.seen.map(({ body }) => sent(body))
  const labels = 'environment="production",app="shop"'
  expect(traffic).toEqual({ query: `sum by (digest) (rate(http_requests_total{${labels}}[5m]))` })
  const failed = `sum by (digest) (rate(http_requests_total{${labels},code=~"5.."}[5m]))`
  expect(errors).toEqual({ query: failed, time: '1700000000.5' })
})

test('traffic without an error series is a ratio of zero', async () => {
  const { reading } = await ratios([[good, '30']], [])
  expect(await reading).toMatchObject({ value: { worst: good, worstRatio: 0, currentRatio: 0 } })
})

test('a digest whose requests have ended is not judged', async () => {
  const { reading } = await ratios(
    [
      [bad, '0'],
      [good, '30'],
    ],
    [[bad, '0']],
  )
  expect(await reading).toMatchObject({ value: { worst: good, worstRatio: 0, currentRatio: 0 } })
})

test.each([
  ['no requests at all', [], [], 'empty'],
  ['requests that have ended', [[good, '0']], [], 'empty'],
  ['NaN among the requests', [[good, 'NaN']], [], 'nan'],
  ['NaN among the errors', [[good, '1']], [[good, 'NaN']], 'nan'],
  ['errors without requests', [[good, '1']], [[bad, '1']], 'invalid'],
  ['a series without a digest', [['', '1']], [], 'invalid'],
  ['a tag for a digest', [['v1.2.3', '1']], [], 'invalid'],
] satisfies [string, [string, string][], [string, string][], string][])(
  'G12: %s is unknown, and no zero',
  async (_what, traffic, errors, reason) => {
    const { reading } = await ratios(traffic, errors)
    await expect(reading).rejects.toMatchObject({ name: 'Unknown', reason })
  },
)

test('G16: neither reading of Prometheus is authoritative', () => {
  expect([query.authority, errorRatio.authority]).toEqual(['derived', 'derived'])
})

async function ask(answer: Answer, text = 'up') {
  const server = await serve(() => answer)
  const input = parseInput(query, { query: text, app: 'shop' })
  return { server, reading: settled(query.read(input, contextFor('prometheus', server.url))) }
}

async function ratios(traffic: [string, string][], errors: [string, string][]) {
  const server = await serve(({ body }) => {
    const rows = body.includes('code') ? errors : traffic
    return vector(rows.map(([digest, value]) => [digest ? { digest } : {}, value]))
  })
  return { server, reading: settled(errorRatio.read(subject, contextFor('prometheus', server.url))) }
}

/** A reading that is awaited later: its failure is not unhandled meanwhile. */
function settled<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined)
  return reading
}

function vector(rows: readonly (readonly [Record<string, string>, string])[], at = 1_700_000_000.5): Answer {
  const result = rows.map(([metric, value]) => ({ metric, value: [at, value] }))
  return { json: { status: 'success', data: { resultType: 'vector', result } } }
}

function sent(body: string | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body))
}

function named(name: string): AnyReading {
  return asReading(definitions.find((definition) => definition.name === name))
}
