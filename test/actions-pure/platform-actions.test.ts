import { expect, test } from 'vitest'
import { Conflict, Refused, type AnyAction } from '../../actions/define.ts'
import { definitions } from '../../actions/index.ts'
import { parseInput } from '../../actions/validate.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { asAction, contextFor } from './context.ts'
import { serve, type Answer, type Seen } from './local-server.ts'

const one = `sha256:${'1'.repeat(64)}`
const two = `sha256:${'2'.repeat(64)}`
const at = '2026-01-02T03:04:05.678Z'
const key = 'run-1/step/0'
const rollback = { environment: 'production', app: 'shop', to: two, expectedEpoch: 4 }

/** Action, input, request, kind and result of the operation, output. */
const actions: readonly [string, JsonObject, [string, string, unknown], string, JsonObject, JsonObject][] = [
  [
    'platform.freezePromotions',
    { environment: 'production', lasts: 3_600_000 },
    [
      'PUT',
      '/v1/environments/production/promotion-freeze',
      { expires_at: '2026-01-02T04:04:05.678Z', reason: `frozen by Runproof, request ${key}` },
    ],
    'freeze',
    { freeze: 'f1', expires_at: '2026-01-02T04:04:05.678Z' },
    { freeze: 'f1', expiresAt: '2026-01-02T04:04:05.678Z' },
  ],
  [
    'platform.liftFreeze',
    { environment: 'production', reason: 'fixed & tested' },
    ['DELETE', '/v1/environments/production/promotion-freeze?reason=fixed%20%26%20tested', undefined],
    'lift-freeze',
    { freeze: 'f1' },
    { lifted: true },
  ],
  [
    'platform.rollbackRouteOwner',
    rollback,
    [
      'POST',
      '/v1/operations',
      { kind: 'rollback', environment: 'production', app: 'shop', to: two, expected_epoch: 4 },
    ],
    'rollback',
    { digest: two, epoch: 5 },
    { operation: 'op-9', epoch: 5 },
  ],
  [
    'platform.buildArtifact',
    { app: 'shop', ref: 'main' },
    ['POST', '/v1/apps/shop/builds', { ref: 'main' }],
    'build',
    { digest: one },
    { digest: one },
  ],
  [
    'platform.writeEdgeRoute',
    { edge: 'edge-a', environment: 'production', app: 'shop', digest: one },
    ['PUT', '/v1/edges/edge-a/environments/production/apps/shop/route', { digest: one }],
    'edge-write',
    { digest: one, epoch: 4 },
    { digest: one, epoch: 4 },
  ],
]

test('every action of the platform is in the table below', () => {
  const known = definitions.filter(({ name, kind }) => name.startsWith('platform.') && kind === 'action')
  expect(actions.map(([name]) => name).sort()).toEqual(known.map(({ name }) => name))
})

test.each(actions)(
  '%s sends its request once, with the key of the effect',
  async (name, input, request, kind, result, output) => {
    const { perform, server } = against(name, input, (seen) => platform(seen, { kind, result }))
    expect(await perform()).toEqual(output)
    const sent = server().seen.filter(({ method }) => method !== 'GET')
    expect(
      sent.map(({ method, url, body }) => [method, url, body ? (JSON.parse(body) as unknown) : undefined]),
    ).toEqual([request])
    expect(sent[0]?.headers).toMatchObject({ 'idempotency-key': key, authorization: 'Bearer token-of-platform' })
  },
)

test.each(actions)(
  'G19: %s goes where its connection leads, and to no place that a server names',
  async (name, input) => {
    const { perform, server } = against(name, input, (seen) => {
      const elsewhere = { status: 307, headers: { location: '/v1/elsewhere' } }
      return seen.method === 'GET' ? platform(seen, { kind: 'none', result: {} }) : elsewhere
    })
    await expect(perform()).rejects.toThrow('redirected, which was not wanted')
    expect(server().seen.map(({ url }) => url)).not.toContain('/v1/elsewhere')
  },
)

test.each(actions)(
  'G1: %s is settled by the operation of its key',
  async (name, input, _request, kind, result, output) => {
    const { settle, server } = against(name, input, (seen) => platform(seen, { kind, result }))
    expect(await settle()).toEqual({ state: 'done', output })
    expect(server().seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/operations?idempotency_key=run-1%2Fstep%2F0',
    ])
  },
)

test('G1: where nothing happened, the key of the effect is burnt', async () => {
  const { settle, server } = against('platform.rollbackRouteOwner', rollback, inTurn(none, voided))
  expect(await settle()).toEqual({ state: 'voided' })
  const [asked, burnt, ...more] = server().seen
  expect([asked?.method, burnt?.method, burnt?.url, more]).toEqual(['GET', 'POST', '/v1/operations', []])
  expect(burnt?.headers).toMatchObject({ 'idempotency-key': key, authorization: 'Bearer token-of-platform' })
  expect(JSON.parse(burnt?.body ?? '')).toEqual({ kind: 'void' })
  expect(burnt?.headers['x-request-nonce']).not.toBe(asked?.headers['x-request-nonce'])
})

test('G1: a key that was burnt before is settled as voided, by a question alone', async () => {
  const { settle, server } = against('platform.rollbackRouteOwner', rollback, voided)
  expect(await settle()).toEqual({ state: 'voided' })
  expect(server().seen.map(({ method }) => method)).toEqual(['GET'])
})

test.each([
  ['incomplete', { complete: false }],
  ['made for another question', { nonce: 'of another question' }],
  ['none', { items: undefined }],
])('G1: a list that is %s settles nothing, and no key is burnt', async (_what, more) => {
  const { settle, server } = against('platform.rollbackRouteOwner', rollback, (seen) => none(seen, more))
  expect(await settle()).toMatchObject({ state: 'unknown' })
  expect(server().seen.map(({ method }) => method)).toEqual(['GET'])
})

test.each([
  ['by a request that was under way', done, { state: 'done', output: { operation: 'op-9', epoch: 5 } }],
  ['by another void', voided, { state: 'voided' }],
  ['and nobody has it', none, { state: 'unknown' }],
  ['and nobody can say by whom', () => problem(500, 'internal'), { state: 'unknown' }],
] satisfies [string, (seen: Seen) => Answer, object][])(
  'G1: a key that was taken in the meantime %s is looked up once more',
  async (_what, again, settled) => {
    const taken = () => problem(422, 'idempotency-key-reused', { operation: 'op-9' })
    const { settle, server } = against('platform.rollbackRouteOwner', rollback, inTurn(none, taken, again))
    expect(await settle()).toMatchObject(settled)
    expect(server().seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
  },
)

test.each([
  ['a platform that knows no void', () => problem(400, 'bad-request')],
  ['a 500', () => problem(500, 'internal')],
  ['a 422 of somebody else', () => ({ status: 422, text: 'no' })],
  ['a success without an operation', (seen) => proven(seen, {})],
  ['an operation of another kind', done],
  ['a void of another key', (seen) => platform(seen, { kind: 'void', result: {}, key: 'other' })],
  ['an answer to another question', (seen) => ({ ...voided(seen), headers: { 'x-request-nonce': 'other' } })],
] satisfies [string, (seen: Seen) => Answer][])('G1: %s burns no key', async (_what, answer) => {
  const { settle, server } = against('platform.rollbackRouteOwner', rollback, inTurn(none, answer))
  expect(await settle()).toMatchObject({ state: 'unknown', detail: expect.any(String) as string })
  expect(server().seen.map(({ method }) => method)).toEqual(['GET', 'POST'])
})

test.each([
  ['a 500', () => problem(500, 'internal')],
  ['a 404', () => problem(404, 'not-found')],
  ['a proxy', () => ({ status: 502, text: '<html>' })],
  ['no JSON', () => ({ text: 'nothing' })],
  ['an operation of another kind', (seen) => platform(seen, { kind: 'build', result: { digest: one } })],
  ['an operation without its result', (seen) => platform(seen, { kind: 'rollback', result: {} })],
  ['an operation of another key', (seen) => platform(seen, { kind: 'rollback', result: { epoch: 5 }, key: 'other' })],
] satisfies [string, (seen: Seen) => Answer][])('G1: %s settles nothing', async (_what, answer) => {
  expect(await settledBy(answer)).toMatchObject({ state: 'unknown', detail: expect.any(String) as string })
})

test('G7: a lost compare-and-swap is a conflict, with the owner that was found', async () => {
  const current = { digest: one, epoch: 6, operation: 'op-8' }
  const { perform } = against('platform.rollbackRouteOwner', rollback, () =>
    problem(409, 'epoch-conflict', { current }),
  )
  const failed = await perform().catch((cause: unknown) => cause)
  expect(failed).toBeInstanceOf(Conflict)
  expect(failed).toMatchObject({ found: current })
})

test.each([
  ['a 400', () => problem(400, 'bad-request')],
  ['a 401', () => problem(401, 'unauthorized')],
  ['an unknown artifact', () => problem(404, 'artifact-not-found')],
] satisfies [string, () => Answer][])(
  '%s that the platform explains proves that nothing was changed',
  async (_what, answer) => {
    const { perform } = against('platform.rollbackRouteOwner', rollback, answer)
    await expect(perform()).rejects.toBeInstanceOf(Refused)
  },
)

test.each([
  ['a reused key', () => problem(422, 'idempotency-key-reused')],
  ['an agent that did not answer', () => problem(503, 'agent-unreachable')],
  ['a 500', () => problem(500, 'internal')],
  ['a 404 of somebody else', () => ({ status: 404, text: 'no such page' })],
  ['a success without an operation', () => ({ json: {} })],
  ['no JSON', () => ({ text: 'done' })],
] satisfies [string, () => Answer][])('%s leaves the effect open', async (_what, answer) => {
  const { perform } = against('platform.rollbackRouteOwner', rollback, answer)
  const failed = await perform().catch((cause: unknown) => cause)
  expect(failed).toBeInstanceOf(Error)
  expect(failed).not.toBeInstanceOf(Refused)
  expect(failed).not.toBeInstanceOf(Conflict)
})

test('a lost reply leaves the effect open', async () => {
  const server = await serve((_seen, response) => void response.destroy())
  const failed = named('platform.rollbackRouteOwner').perform(rollback, contextFor('platform', server.url))
  await expect(failed).rejects.toThrow('the request to http://127.0.0.1')
  await expect(failed).rejects.not.toBeInstanceOf(Refused)
})

test('G8: without the time of the control plane there is no end of a freeze, and so no freeze', async () => {
  const input = { environment: 'production', lasts: 1000 }
  const { perform, server } = against('platform.freezePromotions', input, () => problem(500, 'internal'))
  await expect(perform()).rejects.toThrow('the platform does not say its time')
  expect(server().seen.map(({ method }) => method)).toEqual(['GET'])
})

test('a freeze says how it is lifted, without a secret in the command', () => {
  const freeze = named('platform.freezePromotions')
  const line = freeze.lift?.({ environment: 'production', lasts: 1 }, {}) ?? ''
  expect(line).toContain('/v1/environments/production/promotion-freeze')
  expect(line).toContain('$PLATFORM_TOKEN')
})

test('lifting where there is no freeze is done, and says that nothing was lifted', async () => {
  const input = { environment: 'production', reason: 'x' }
  const { perform } = against('platform.liftFreeze', input, (seen) =>
    platform(seen, { kind: 'lift-freeze', result: {} }),
  )
  expect(await perform()).toEqual({ lifted: false })
})

/** Answers every question as a platform would that has done one operation. */
function platform(seen: Seen, done: { kind: string; result: JsonObject; key?: string }): Answer {
  const { kind, result } = done
  const operation = { id: 'op-9', kind, state: 'done', idempotency_key: done.key ?? key, started_at: at, result }
  const nonce = seen.headers['x-request-nonce']
  const proof = { nonce, served_at: at }
  const headers = { 'x-request-nonce': String(nonce) }
  if (seen.url.startsWith('/v1/operations?')) return { json: { complete: true, items: [operation], ...proof }, headers }
  if (seen.method === 'GET')
    return {
      json: { environment: 'production', active: false, admits_promotions: true, in_flight: 0, ...proof },
      headers,
    }
  return { status: 201, json: { operation, ...proof }, headers }
}

function done(seen: Seen): Answer {
  return platform(seen, { kind: 'rollback', result: { digest: two, epoch: 5 } })
}

function voided(seen: Seen): Answer {
  return platform(seen, { kind: 'void', result: {} })
}

function none(seen: Seen, more: object = {}): Answer {
  return proven(seen, { complete: true, items: [], ...more })
}

/** An answer that proves that it was made for this request, unless the body says otherwise. */
function proven({ headers }: Seen, body: object): Answer {
  const nonce = headers['x-request-nonce']
  return { json: { nonce, served_at: at, ...body }, headers: { 'x-request-nonce': String(nonce) } }
}

/** Answers one request after the other; one more than expected is a 500. */
function inTurn(...answers: ((seen: Seen) => Answer)[]): (seen: Seen) => Answer {
  const left = [...answers]
  return (seen) => left.shift()?.(seen) ?? problem(500, 'internal')
}

function problem(status: number, code: string, more: object = {}): Answer {
  const json = { type: `urn:${code}`, title: code, status, code, served_at: at, ...more }
  return { status, json, headers: { 'content-type': 'application/problem+json' } }
}

function against(name: string, input: JsonObject, answer: (seen: Seen) => Answer) {
  let server: Awaited<ReturnType<typeof serve>> | undefined
  const action = named(name)
  const context = async () => contextFor('platform', (server = await serve(answer)).url, { idempotencyKey: key })
  return {
    perform: async () => action.perform(parseInput(action, input), await context()),
    settle: async () => action.settle(parseInput(action, input), await context()),
    server: () => server ?? { seen: [] },
  }
}

function settledBy(answer: (seen: Seen) => Answer) {
  return against('platform.rollbackRouteOwner', rollback, answer).settle()
}

function named(name: string): AnyAction {
  return asAction(definitions.find((definition) => definition.name === name))
}
