import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { operationIds } from './contract-check.ts'
import { practice, type Answered, type Asked } from './practice.ts'

const { ask, environment, lab } = practice()

const UNKNOWN_DIGEST = `sha256:${'0'.repeat(64)}`

test('every operation of the contract is served, its answer is as the contract says, and proves the round trip', async () => {
  const env = await environment()
  const { digest } = await env.promote(2, { errorRatio: 0.08 })
  const { digest: previous } = await env.previous()
  const change = (body?: unknown): Asked => ({ key: randomUUID(), body })
  const { body: built } = await ask<{ operation: { id: string } }>(
    'POST',
    `/v1/apps/${env.app}/builds`,
    change({ ref: 'main' }),
  )
  const answers: Answered<{ nonce?: string; served_at?: string }>[] = [
    await ask('GET', env.path),
    await ask('GET', env.route),
    await env.freeze(60_000),
    await ask('GET', `${env.path}/promotion-freeze`),
    await ask('DELETE', `${env.path}/promotion-freeze?reason=done`, change()),
    await ask('GET', `${env.route}/last-promotion`),
    await ask('GET', `${env.route}/route-owner`),
    await ask('GET', `${env.route}/previous-owner`),
    await ask('GET', `${env.route}/owner-history`),
    await ask('GET', `${env.route}/edge-routes`),
    await ask('GET', `${env.route}/allocations`),
    await ask('GET', `${env.route}/schema-state`),
    await ask('GET', `${env.route}/bindings`),
    await ask('GET', `${env.route}/artifact-fit/${previous}`),
    await ask('GET', `${env.route}/error-lines`),
    await ask('GET', `/v1/artifacts/${digest}`),
    await ask('GET', `/v1/apps/${env.app}/changes?from=${previous}&to=${digest}`),
    await ask('POST', `/v1/apps/${env.app}/builds`, change({ ref: 'main' })),
    await ask('PUT', `/v1/edges/edge-1/environments/${env.name}/apps/${env.app}/route`, change({ digest: previous })),
    await ask('GET', `/v1/operations?idempotency_key=${randomUUID()}`),
    await ask('GET', `/v1/operations/${built.operation.id}`),
    await env.rollback(previous, 2),
  ]
  expect(answers.map(({ operationId, status }) => `${operationId} ${status < 300}`).sort()).toEqual(
    operationIds.map((id) => `${id} true`).sort(),
  )
  for (const { body, nonce, sentNonce } of answers) expect([body.nonce, nonce]).toEqual([sentNonce, sentNonce])
  for (const { body } of answers) expect(Math.abs(Date.now() - Date.parse(body.served_at ?? ''))).toBeLessThan(10_000)
})

test.each([
  ['environment-not-found', 404, 'GET', '/v1/environments/nowhere'],
  ['environment-not-found', 404, 'GET', '/v1/environments/nowhere/promotion-freeze'],
  ['environment-not-found', 404, 'GET', '/v1/environments/nowhere/apps/shop/route-owner'],
  ['app-not-found', 404, 'GET', '/v1/environments/production/apps/none'],
  ['app-not-found', 404, 'GET', '/v1/environments/production/apps/none/edge-routes'],
  ['artifact-not-found', 404, 'GET', `/v1/environments/production/apps/shop/artifact-fit/${UNKNOWN_DIGEST}`],
  ['no-previous-owner', 404, 'GET', '/v1/environments/production/apps/shop/previous-owner'],
  ['operation-not-found', 404, 'GET', '/v1/operations/op-none'],
  ['bad-request', 400, 'GET', '/v1/artifacts/latest'],
  ['bad-request', 400, 'GET', '/v1/operations'],
  ['bad-request', 400, 'GET', '/v1/operations?idempotency_key=short'],
  ['bad-request', 400, 'POST', '/v1/operations'],
  ['bad-request', 400, 'DELETE', '/v1/environments/production/promotion-freeze'],
])(
  'a request that cannot be answered is a problem of code %s with status %i: %s %s',
  async (code, status, method, path) => {
    const { body, ...answer } = await ask<{ code: string; nonce: string }>(method, path)
    expect([answer.status, body.code, body.nonce]).toEqual([status, code, answer.sentNonce])
  },
)

test.each([
  { kind: 'rollback', environment: 'production', app: 'shop', to: 'latest', expected_epoch: 1 },
  { kind: 'rollback', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST, expected_epoch: '1' },
  { kind: 'rollback', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST },
  { kind: 'restart', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST, expected_epoch: 1 },
  { kind: 'rollback', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST, expected_epoch: 1, force: true },
  { kind: 'void', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST, expected_epoch: 1 },
  { kind: 'void', reason: 'lost' },
])('a body that breaks the contract is refused: %j', async (body) => {
  const answer = await ask<{ code: string }>('POST', '/v1/operations', { key: randomUUID(), body })
  expect([answer.status, answer.body.code]).toEqual([400, 'bad-request'])
})

test('a mutating request without an idempotency key is refused', async () => {
  const body = { kind: 'rollback', environment: 'production', app: 'shop', to: UNKNOWN_DIGEST, expected_epoch: 1 }
  const answer = await ask<{ detail: string }>('POST', '/v1/operations', { body })
  expect([answer.status, answer.body.detail]).toEqual([400, 'header parameter Idempotency-Key is required'])
})

test('without the token nothing is answered, and the tokens of client and administrator are two', async () => {
  const wrong = await ask<{ code: string }>('GET', '/v1/environments/production', { token: 'guessed' })
  const administrator = await ask<{ code: string }>('GET', '/v1/environments/production', { token: lab().adminToken })
  const client = await fetch(`${lab().adminUrl}/faults`, { headers: { authorization: `Bearer ${lab().token}` } })
  expect([wrong.status, wrong.body.code, administrator.status, client.status]).toEqual([401, 'unauthorized', 401, 401])
})

test('an artifact that the registry does not hold is absent, which is an answer', async () => {
  const { status, body } = await ask<{ present: boolean }>('GET', `/v1/artifacts/${UNKNOWN_DIGEST}`)
  expect([status, body.present]).toEqual([200, false])
})
