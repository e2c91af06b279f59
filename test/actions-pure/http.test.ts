import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definitionsFromAllowlist, placesFromAllowlist } from '../../actions/allowlist.ts'
import { contractOf } from '../../actions/contract.ts'
import { Refused, type ActionContext } from '../../actions/define.ts'
import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import { parseInput } from '../../actions/validate.ts'
import type { HttpEntry } from '../../schemas/allowlist.ts'
import { asAction, asReading, contextFor } from './context.ts'
import { serve, type Answer } from './local-server.ts'

const text = { type: { kind: 'text' } } as const
const effects = { 'status.publish': { app: 'app' } }

test('G19: the entry fixes method, host, path and effects; the input fills one path segment', async () => {
  const server = await serve(() => ({ text: 'all good' }))
  const one = entry(server.url, {
    path: ['v1', { input: 'app' }, 'summary.json'],
    query: 'short=1',
    inputs: { app: text },
  })
  const reading = asReading(define(one))
  expect(contractOf(reading)).toMatchObject({ kind: 'reading', name: 'http.status', authority: 'diagnostic' })
  const taken = await reading.read(parseInput(reading, { app: 'a b/c?d' }), contextWith(one))
  expect(taken).toEqual({ value: { status: 200, body: 'all good' }, roundTrip: false, source: server.url })
  expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/v1/a%20b%2Fc%3Fd/summary.json?short=1' })
})

test('G33: whatever an input says, it stays within its segment', async () => {
  const server = await serve(() => ({ text: '' }))
  const one = entry(server.url, { path: ['v1', { input: 'app' }, 'end'], inputs: { app: text } })
  const reading = asReading(define(one))
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (app) => {
      const before = server.seen.length
      const failed = await reading.read({ app }, contextWith(one)).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      const last = server.seen.at(-1)?.url ?? ''
      if (failed === undefined) expect(decodeURIComponent(/^\/v1\/([^/?#]+)\/end$/.exec(last)?.[1] ?? '')).toBe(app)
      else expect(server.seen.length).toBe(before)
    }),
    { numRuns: 50 },
  )
})

test.each(['.', '..', '../admin'])('G33: the segment `%s` does not climb', async (app) => {
  const server = await serve(() => ({ text: '' }))
  const one = entry(server.url, { path: ['v1', { input: 'app' }], inputs: { app: text } })
  await expect(asReading(define(one)).read({ app }, contextWith(one))).rejects.toMatchObject({ reason: 'error' })
  expect(server.seen).toEqual([])
})

test('an action sends the inputs that its path does not name as JSON, with the key of the effect', async () => {
  const server = await serve(() => ({ status: 201, json: { id: 'n1' } }))
  const output = { kind: 'object', fields: { id: { kind: 'id', of: 'notice' } } } as const
  const inputs = { app: text, cause: text }
  const one = entry(server.url, { method: 'POST', path: ['apps', { input: 'app' }], inputs, effects, output })
  const action = asAction(define(one))
  expect(contractOf(action)).toMatchObject({ kind: 'action', name: 'http.status', effects })
  expect(await action.perform({ app: 'shop', cause: 'provider' }, contextWith(one))).toEqual({ id: 'n1' })
  expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/apps/shop', body: '{"cause":"provider"}' })
  expect(server.seen[0]?.headers['idempotency-key']).toBe('run-1/step/0')
  expect(await action.settle({ app: 'shop', cause: 'provider' }, contextWith(one))).toMatchObject({ state: 'unknown' })
})

test.each([
  [422, true],
  [404, true],
  [409, false],
  [429, false],
  [500, false],
])('an answer of %i proves that nothing was changed: %s', async (status, proven) => {
  const failed = await performAgainst({ status }).catch((cause: unknown) => cause)
  expect(failed).toBeInstanceOf(Error)
  expect(failed instanceof Refused).toBe(proven)
})

test('G32: an entry opens its own origin and nothing else, and no inside address unless it says so', async () => {
  const server = await serve(() => ({ text: '' }))
  const closed = entry(server.url, { allowPrivate: false, method: 'POST', effects, inputs: { app: text } })
  await expect(asAction(define(closed)).perform({ app: 'x' }, contextWith(closed))).rejects.toBeInstanceOf(Refused)
  expect(server.seen).toEqual([])
})

test.each([
  ['a method that changes things, without effects', { method: 'PUT' }, 'PUT changes things'],
  ['an origin with a path', { origin: 'https://status.example/x' }, 'scheme, host and port, and nothing else'],
  ['a segment without its input', { path: [{ input: 'app' }] }, '`app` is no input of the entry'],
  ['a target without its input', { method: 'POST', effects }, 'needs an input `app`'],
] satisfies [string, Partial<HttpEntry>, string][])('G19: an entry with %s does not load', (_what, wrong, message) => {
  expect(() => define(entry('https://status.example', wrong))).toThrow(message)
})

test('a typed answer that is no JSON is unknown', async () => {
  const server = await serve(() => ({ text: 'up' }))
  const one = entry(server.url, { output: { kind: 'object', fields: { up: { kind: 'bool' } } } })
  await expect(asReading(define(one)).read({}, contextWith(one))).rejects.toMatchObject({ reason: 'invalid' })
})

async function performAgainst(answer: Answer) {
  const server = await serve(() => answer)
  const one = entry(server.url, { method: 'POST', effects, inputs: { app: text } })
  return asAction(define(one)).perform({ app: 'shop' }, contextWith(one))
}

function entry(origin: string, more: Partial<HttpEntry>): HttpEntry {
  const frame = { id: 'status', inputs: {}, timeoutMs: 5000, effects: {}, method: 'GET', path: [] } as const
  return { ...frame, origin, allowPrivate: true, ...more }
}

function define(one: HttpEntry) {
  return definitionsFromAllowlist({ shell: [], http: [one] })[0]
}

/** The fetch that a host would make for this allowlist. */
function contextWith(one: HttpEntry): ActionContext {
  const allow = placesFromAllowlist({ shell: [], http: [one] })
  return contextFor('none', one.origin, { fetch: guardedFetch({ allow }) })
}
