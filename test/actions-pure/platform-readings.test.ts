import { expect, test } from 'vitest'
import type { AnyReading } from '../../actions/define.ts'
import { definitions } from '../../actions/index.ts'
import { parseInput, parseOutput } from '../../actions/validate.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { asReading, contextFor } from './context.ts'
import { serve, type Answer, type Seen } from './local-server.ts'

const one = `sha256:${'1'.repeat(64)}`
const two = `sha256:${'2'.repeat(64)}`
const at = '2026-01-02T03:04:05.678Z'
const subject = { environment: 'production', app: 'shop' }
const app = '/v1/environments/production/apps/shop'

/** Reading, input, path that is asked, the platform's answer, the value. */
const readings: readonly [string, JsonObject, string, JsonObject, JsonObject][] = [
  [
    'platform.promotionFreeze',
    { environment: 'production' },
    '/v1/environments/production/promotion-freeze',
    { environment: 'production', active: true, admits_promotions: false, in_flight: 2, id: 'f1', expires_at: at },
    { active: true, admitsPromotions: false, inFlight: 2 },
  ],
  [
    'platform.lastPromotion',
    subject,
    `${app}/last-promotion`,
    { operation: 'op-1', state: 'healthy', digest: one, epoch: 4, started_at: at, since_reached_ms: 90_000 },
    { operation: 'op-1', digest: one, sinceReached: 90_000, startedAt: at },
  ],
  [
    'platform.routeOwner',
    subject,
    `${app}/route-owner`,
    { digest: one, epoch: 4, since_change_ms: 5, operation: 'op-1' },
    { digest: one, epoch: 4, sinceChange: 5 },
  ],
  ['platform.previousOwner', subject, `${app}/previous-owner`, { digest: two, epoch: 3 }, { digest: two, epoch: 3 }],
  [
    'platform.ownerHistory',
    subject,
    `${app}/owner-history`,
    {
      current: one,
      complete: true,
      items: [{ digest: two, epoch: 3, healthy: true, built_before: true, operation: 'o' }],
    },
    { current: one, items: [{ digest: two, epoch: 3, healthy: true, builtBefore: true }] },
  ],
  [
    'platform.edgeRoutes',
    subject,
    `${app}/edge-routes`,
    {
      complete: true,
      items: [
        { edge: 'edge-a', epoch: 4, digest: one, operation: 'op-1' },
        { edge: 'edge-b', epoch: 4, digest: two },
      ],
    },
    {
      items: [
        { edge: 'edge-a', epoch: 4, digest: one, operation: 'op-1' },
        { edge: 'edge-b', epoch: 4, digest: two },
      ],
    },
  ],
  [
    'platform.allocations',
    subject,
    `${app}/allocations`,
    { complete: true, items: [{ allocation: 'a1', digest: one, ready: false }] },
    { items: [{ allocation: 'a1', digest: one, ready: false }] },
  ],
  [
    'platform.schemaState',
    subject,
    `${app}/schema-state`,
    { database: 'shop-db', data_class: 'payment', version: 12, migrated_at: at },
    { database: 'shop-db', dataClass: 'payment', version: '12', migratedAt: at },
  ],
  [
    'platform.bindings',
    subject,
    `${app}/bindings`,
    { complete: true, items: [{ binding: 'b1', state: 'degraded', provider: 'mail' }] },
    { items: [{ binding: 'b1', state: 'degraded', provider: 'mail' }] },
  ],
  [
    'platform.artifactFit',
    { ...subject, digest: two },
    `${app}/artifact-fit/${encodeURIComponent(two)}`,
    { digest: two, schema_fits: false, migrations_since: 2, destructive_since: 1, reason: 'schema 12 is too new' },
    { schemaFits: false, migrationsSince: 2, destructiveSince: 1, reason: 'schema 12 is too new' },
  ],
  [
    'platform.changesBetween',
    { app: 'shop', from: two, to: one },
    `/v1/apps/shop/changes?from=${encodeURIComponent(two)}&to=${encodeURIComponent(one)}`,
    { complete: true, items: [{ commit: 'c'.repeat(40), title: 'faster' }] },
    { items: [{ commit: 'c'.repeat(40), title: 'faster' }] },
  ],
  [
    'platform.artifact',
    { digest: two },
    `/v1/artifacts/${encodeURIComponent(two)}`,
    { digest: two, present: true, app: 'shop' },
    { digest: two, present: true },
  ],
  ['platform.errorLines', subject, `${app}/error-lines`, { count: 7, items: [] }, { count: 7 }],
  [
    'platform.environment',
    { environment: 'production' },
    '/v1/environments/production',
    { environment: 'production', class: 'production', apps: ['shop'] },
    { exists: true, class: 'production' },
  ],
  ['platform.app', subject, app, { environment: 'production', app: 'shop' }, { exists: true }],
  [
    'platform.affectedBindingsOf',
    subject,
    `${app}/bindings`,
    {
      complete: true,
      items: [
        { binding: 'mail', state: 'missing', provider: 'post' },
        { binding: 'database', state: 'ready', provider: 'postgres' },
      ],
    },
    { items: [{ binding: 'mail', provider: 'post' }] },
  ],
  [
    'platform.statusOfAffected',
    { subjects: ['environment/production', 'app/shop', 'edge/edge-a'] },
    `${app}/bindings`,
    {
      complete: true,
      items: [
        { binding: 'mail', state: 'degraded', provider: 'post' },
        { binding: 'database', state: 'ready', provider: 'postgres' },
      ],
    },
    {
      items: [
        {
          ...subject,
          binding: 'mail',
          provider: 'post',
          visible: false,
          cause: 'none',
          namesProvider: false,
          listedAsNotTold: false,
        },
      ],
    },
  ],
]

test.each(['..', '.', '', 'a\ud800'])(
  'a subject that would lead to another path is never asked about: %j',
  async (odd) => {
    const server = await serve(() => ({ json: {} }))
    const statusOfAffected = asReading(definitions.find(({ name }) => name === 'platform.statusOfAffected'))
    const read = statusOfAffected.read(
      { subjects: [`environment/${odd}`, 'app/shop'] },
      contextFor('platform', server.url),
    )
    await expect(read).rejects.toThrow('`environment` that the platform was to be asked about is no path segment')
    expect(server.seen).toEqual([])
  },
)

test('every reading of the platform is in the table below', () => {
  const named = definitions.filter(({ name, kind }) => name.startsWith('platform.') && kind === 'reading')
  expect(readings.map(([name]) => name).sort()).toEqual(named.map(({ name }) => name))
})

test.each(readings)('%s asks one question and reads its answer', async (name, input, url, body, value) => {
  const { taken, server } = await take(name, input, (seen) => ({
    json: { ...body, ...served(seen) },
    headers: echo(seen),
  }))
  expect(await taken).toMatchObject({ value, roundTrip: true, source: `${name.split('.')[1]} of ${server.url}` })
  expect((await taken).complete).toBe(body['complete'])
  expect((await taken).ageMs).toBeUndefined()
  expect(parseOutput(named(name), (await taken).value)).toEqual(value)
  expect(server.seen.map((seen) => [seen.method, seen.url])).toEqual([['GET', url]])
  expect(server.seen[0]?.headers.authorization).toBe('Bearer token-of-platform')
})

test('G13: two readings carry two nonces', async () => {
  const { server } = await take('platform.app', subject, ok)
  const context = contextFor('platform', server.url)
  await named('platform.app').read(subject, context)
  const nonces = server.seen.map(({ headers }) => headers['x-request-nonce'])
  expect(new Set(nonces).size).toBe(nonces.length)
})

test.each([
  ['no nonce', () => ({ json: { digest: two, epoch: 3, served_at: at } })],
  ['the nonce of another request', () => ({ json: { digest: two, epoch: 3, nonce: 'old', served_at: at } })],
  ['the nonce in the header only', (seen) => ({ json: { digest: two, epoch: 3, served_at: at }, headers: echo(seen) })],
] satisfies [string, (seen: Seen) => Answer][])(
  'G13: an answer with %s proves no round trip',
  async (_what, answer) => {
    const { taken } = await take('platform.previousOwner', subject, answer)
    expect(await taken).toMatchObject({ value: { digest: two, epoch: 3 }, roundTrip: false })
  },
)

test('G12: an edge that did not answer makes the list incomplete, and a missing word does not make it whole', async () => {
  for (const complete of [false, 'yes', undefined]) {
    const { taken } = await take('platform.edgeRoutes', subject, (seen) => ({
      json: { ...(complete !== undefined && { complete }), items: [], ...served(seen) },
      headers: echo(seen),
    }))
    expect((await taken).complete ?? false).toBe(false)
  }
})

test.each([
  ['a 404 that the platform explains', () => problem(404, 'no-previous-owner'), 'empty'],
  ['a 404 of somebody else', () => ({ status: 404, text: 'not found' }), 'error'],
  ['a 401', () => problem(401, 'unauthorized'), 'error'],
  ['a 500', () => problem(500, 'internal'), 'error'],
  ['a 502 of a proxy', () => ({ status: 502, text: '<html>' }), 'error'],
  ['no JSON', () => ({ text: 'hello' }), 'invalid'],
  ['a list instead of an object', () => ({ json: [] }), 'invalid'],
  ['an empty body', () => ({ text: '' }), 'invalid'],
  ['a tag for a digest', () => ({ json: { digest: 'v1.2.3', epoch: 3 } }), 'invalid'],
  ['a fraction for an epoch', () => ({ json: { digest: two, epoch: 3.5 } }), 'invalid'],
  ['null for an epoch', () => ({ json: { digest: two, epoch: null } }), 'invalid'],
] satisfies [string, () => Answer, string][])(
  'G10: %s is unknown, for its own reason',
  async (_what, answer, reason) => {
    const { taken } = await take('platform.previousOwner', subject, answer)
    await expect(taken).rejects.toMatchObject({ name: 'Unknown', reason })
  },
)

test('G10: a list that is missing, or whose entries are wrong, is invalid', async () => {
  for (const json of [
    { complete: true },
    { complete: true, items: [{ edge: 'a' }] },
    { complete: true, items: 'none' },
  ]) {
    const { taken } = await take('platform.edgeRoutes', subject, () => ({ json }))
    await expect(taken).rejects.toMatchObject({ name: 'Unknown', reason: 'invalid' })
  }
})

test('G10: a platform that hangs is a timeout, one that is away an error, and neither message carries the token', async () => {
  const server = await serve(() => undefined)
  const hanging = contextFor('platform', server.url, { signal: AbortSignal.timeout(100) })
  await expect(named('platform.app').read(subject, hanging)).rejects.toMatchObject({ reason: 'timeout' })
  const away = named('platform.app').read(subject, contextFor('platform', 'http://127.0.0.1:1'))
  const message = 'the request to http://127.0.0.1:1 failed: ECONNREFUSED'
  await expect(away).rejects.toMatchObject({ reason: 'error', message })
})

test('for admission, absence is an answer: but only where the platform says so', async () => {
  for (const code of ['environment-not-found', 'app-not-found']) {
    const { taken } = await take('platform.app', subject, () => problem(404, code))
    expect((await taken).value).toEqual({ exists: false })
  }
  const { taken } = await take('platform.app', subject, () => problem(404, 'not-found'))
  await expect(taken).rejects.toMatchObject({ reason: 'empty' })
})

test('only the log is diagnostic; everything else of the platform is authoritative', () => {
  const authorities = readings.map(([name]) => [name, named(name).authority])
  expect(authorities.filter(([, authority]) => authority !== 'authoritative')).toEqual([
    ['platform.errorLines', 'diagnostic'],
  ])
})

async function take(name: string, input: JsonObject, answer: (seen: Seen) => Answer) {
  const server = await serve(answer)
  const reading = named(name)
  const taken = reading.read(parseInput(reading, input), contextFor('platform', server.url))
  taken.catch(() => undefined)
  return { taken, server }
}

function ok(seen: Seen): Answer {
  return { json: { ...subject, ...served(seen) }, headers: echo(seen) }
}

function problem(status: number, code: string): Answer {
  const json = { type: `urn:${code}`, title: code, status, code, served_at: at }
  return { status, json, headers: { 'content-type': 'application/problem+json' } }
}

function served({ headers }: Seen) {
  return { nonce: headers['x-request-nonce'], served_at: at }
}

function echo({ headers }: Seen) {
  return { 'x-request-nonce': String(headers['x-request-nonce']) }
}

function named(name: string): AnyReading {
  return asReading(definitions.find((definition) => definition.name === name))
}
