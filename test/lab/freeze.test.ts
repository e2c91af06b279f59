import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { components } from '../../schemas/generated/platform.ts'
import { eventually, practice, type Environment } from './practice.ts'

const { ask, environment } = practice()

async function readFreeze(env: Environment) {
  return (await ask<components['schemas']['PromotionFreeze']>('GET', `${env.path}/promotion-freeze`)).body
}

test('while promotions are frozen the platform rejects them, and admits a rollback', async () => {
  const env = await environment()
  await env.promote(2, { errorRatio: 0.08 })
  const { digest } = await env.previous()
  const { body } = await env.freeze(60_000)
  expect(await readFreeze(env)).toMatchObject({
    active: true,
    admits_promotions: false,
    in_flight: 0,
    id: body.operation.result.freeze,
    expires_at: body.operation.result.expires_at,
  })
  await expect(env.promote(3)).rejects.toThrow('promotions-frozen')
  const promotion = await ask<{ code: string }>('POST', '/v1/operations', {
    key: randomUUID(),
    body: { kind: 'promotion', environment: env.name, app: env.app, to: digest, expected_epoch: 2 },
  })
  expect([promotion.status, promotion.body.code]).toEqual([409, 'promotions-frozen'])
  expect((await env.rollback(digest, 2)).status).toBe(201)
})

test('G8: a freeze ends by itself at its time, by the platform, without anybody lifting it', async () => {
  const env = await environment()
  const { body } = await env.freeze(700)
  await expect(env.promote(2)).rejects.toThrow('promotions-frozen')
  await delay(Date.parse(body.operation.result.expires_at ?? '') - Date.now())
  const freeze = await eventually(
    () => readFreeze(env),
    ({ active }) => !active,
  )
  expect([freeze.admits_promotions, freeze.id, freeze.expires_at]).toEqual([true, undefined, undefined])
  expect((await env.promote(2)).epoch).toBe(2)
})

test('a freeze in force is prolonged, never shortened, and keeps its id', async () => {
  const env = await environment()
  const first = await env.freeze(60_000)
  const longer = await env.freeze(120_000)
  const shorter = await env.freeze(1_000)
  const [a, b, c] = [first, longer, shorter].map(({ body }) => body.operation.result)
  expect([b?.freeze, c?.freeze]).toEqual([a?.freeze, a?.freeze])
  expect(Date.parse(b?.expires_at ?? '')).toBeGreaterThan(Date.parse(a?.expires_at ?? ''))
  expect(c?.expires_at).toBe(b?.expires_at)
})

test.each([
  ['in the past', -1_000],
  ['more than seven days away', 8 * 24 * 60 * 60 * 1000],
])('G8: a freeze whose end is %s is refused', async (_what, lastsMs) => {
  const env = await environment()
  const { status, body } = await env.freeze(lastsMs)
  expect([status, body.code, (await readFreeze(env)).active]).toEqual([422, 'expiry-not-admissible', false])
})

test('a freeze is lifted with a reason, and lifting none is no error', async () => {
  const env = await environment()
  const { body } = await env.freeze(60_000)
  const lift = () =>
    ask<components['schemas']['OperationAnswer']>('DELETE', `${env.path}/promotion-freeze?reason=it%20is%20over`, {
      key: randomUUID(),
    })
  const lifted = await lift()
  expect([lifted.status, lifted.body.operation.result.freeze]).toEqual([201, body.operation.result.freeze])
  expect((await readFreeze(env)).active).toBe(false)
  expect((await lift()).body.operation.result).toEqual({})
})
