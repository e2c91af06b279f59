import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { eventually, practice, voidKey } from './practice.ts'

const { admin, ask, environment, fault } = practice()

const resource = () => `app/${randomUUID()}`

test('G3: a change of an older holder of a lease is refused, changes nothing, and leaves its key free', async () => {
  const [env, app, key] = [await environment(), resource(), randomUUID()]
  expect((await env.freeze(60_000, { fencing: `${app}=7` })).status).toBe(201)
  const late = await env.freeze(120_000, { fencing: `${app}=6`, key })
  expect([late.status, late.body.code]).toEqual([409, 'fencing-token-stale'])
  const found = await ask<{ items: unknown[] }>('GET', `/v1/operations?idempotency_key=${key}`)
  expect(found.body.items).toEqual([])
  expect((await env.freeze(120_000, { fencing: `${app}=7`, key })).status).toBe(201)
  expect((await env.freeze(120_000, { fencing: `${app}=8` })).status).toBe(201)
})

test('G3: every resource of a request is looked at, and a refused request leaves no token behind', async () => {
  const [env, one, two] = [await environment(), resource(), resource()]
  expect((await env.freeze(60_000, { fencing: `${two}=3` })).status).toBe(201)
  expect((await env.freeze(60_000, { fencing: `${one}=9, ${two}=2` })).status).toBe(409)
  expect((await env.freeze(60_000, { fencing: `${one}=1` })).status).toBe(201)
  expect((await env.freeze(60_000, { fencing: `${one}=1, ${two}=3` })).status).toBe(201)
  expect((await env.freeze(60_000)).status).toBe(201)
})

test('a repetition of a committed request, and a void, are answered whatever their tokens are', async () => {
  const [env, app, key] = [await environment(), resource(), randomUUID()]
  const body = { expires_at: new Date(Date.now() + 60_000).toISOString(), reason: 'once' }
  expect((await env.freeze(0, { fencing: `${app}=1`, key, body })).status).toBe(201)
  expect((await env.freeze(60_000, { fencing: `${app}=2` })).status).toBe(201)
  expect((await env.freeze(0, { fencing: `${app}=1`, key, body })).status).toBe(200)
  expect((await voidKey(ask, randomUUID())).status).toBe(201)
})

test('of two holders at once the older does not come second', async () => {
  const [env, app, key] = [await environment(), resource(), randomUUID()]
  await fault({ fault: 'hold', on: 'freeze', environment: env.name, at: 'before-commit' })
  const older = env.freeze(60_000, { fencing: `${app}=1`, key })
  const [held] = await eventually(
    async () => (await admin<{ items: { id: number; idempotencyKey: string }[] }>('GET', '/held')).items,
    (items) => items.some((item) => item.idempotencyKey === key),
  )
  let answered = false
  const newer = env.freeze(60_000, { fencing: `${app}=2` }).finally(() => (answered = true))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(answered).toBe(false)
  await admin('POST', `/held/${held?.id}/release`, { then: 'go' })
  expect((await older).status).toBe(201)
  expect((await newer).status).toBe(201)
  expect((await env.freeze(60_000, { fencing: `${app}=1` })).status).toBe(409)
})

test.each(['app', 'app/shop', 'app/shop=-1', 'app/shop=1,app/desk=2', '=1', 'app/%zz=1'])(
  'a fencing token that cannot be read is refused: %s',
  async (fencing) => {
    const env = await environment()
    expect((await env.freeze(60_000, { fencing })).status).toBe(400)
  },
)
