import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually, practice, voidKey, type Environment } from './practice.ts'

const { admin, ask, environment, fault } = practice()

interface Held {
  items: { id: number; kind: string; at: string; idempotencyKey: string }[]
}

const heldOf = (key: string) =>
  eventually(
    async () => (await admin<Held>('GET', '/held')).items.filter((held) => held.idempotencyKey === key),
    (items) => items.length === 1,
  )

interface Entry {
  what: string
  origin: string
  environment: string | null
  idempotency_key: string | null
}

async function journal(): Promise<Entry[]> {
  return (await admin<{ items: Entry[] }>('GET', '/journal')).items
}

async function committedRollbacks(env: Environment): Promise<number> {
  return (await journal()).filter(({ what, environment }) => what === 'rollback' && environment === env.name).length
}

const committedUnder = async (key: string) => (await journal()).filter((entry) => entry.idempotency_key === key)

async function committedVoids(): Promise<number> {
  const { committed } = await admin<{ committed: Record<string, number> }>('GET', '/counters')
  return committed['void'] ?? 0
}

async function findByKey(key: string) {
  const { body } = await ask<{ complete: boolean; items: { id: string }[] }>(
    'GET',
    `/v1/operations?idempotency_key=${key}`,
  )
  return body
}

async function bad() {
  const env = await environment()
  await env.promote(2, { errorRatio: 0.08 })
  const { digest } = await env.previous()
  return { env, digest, key: randomUUID() }
}

test('the same key with the same body is answered with the same operation, and is done once', async () => {
  const { env, digest, key } = await bad()
  const first = await env.rollback(digest, 2, { key })
  const second = await env.rollback(digest, 2, { key })
  expect([first.status, second.status, second.body.operation.id]).toEqual([201, 200, first.body.operation.id])
  expect([await committedRollbacks(env), (await env.owner()).epoch]).toEqual([1, 3])
})

test('twenty requests of one key at once are one operation', async () => {
  const { env, digest, key } = await bad()
  const answers = await Promise.all(Array.from({ length: 20 }, () => env.rollback(digest, 2, { key })))
  expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1)
  expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
  expect((await env.owner()).epoch).toBe(3)
})

test('the same key with another body is refused, and the operation that it belongs to is named', async () => {
  const { env, digest, key } = await bad()
  const first = await env.rollback(digest, 2, { key })
  const other = await env.rollback(digest, 3, { key })
  const freeze = await env.freeze(60_000, { key })
  expect([other.status, other.body.code, other.body.operation]).toEqual([
    422,
    'idempotency-key-reused',
    first.body.operation.id,
  ])
  expect([freeze.status, freeze.body.code]).toEqual([422, 'idempotency-key-reused'])
})

test('a request that lost the race leaves its key unused', async () => {
  const { env, digest, key } = await bad()
  expect((await env.rollback(digest, 1, { key })).status).toBe(409)
  expect(await findByKey(key)).toMatchObject({ complete: true, items: [] })
  expect((await env.rollback(digest, 2, { key })).status).toBe(201)
})

test('a request held before its commit does not exist; its twin waits for it, and gets the same operation', async () => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'hold', on: 'rollback', environment: env.name, at: 'before-commit' })
  const first = env.rollback(digest, 2, { key })
  const [held] = await heldOf(key)
  expect((await findByKey(key)).items).toEqual([])
  expect((await env.owner()).epoch).toBe(2)
  const second = env.rollback(digest, 2, { key })
  await admin('POST', `/held/${held?.id}/release`, { then: 'go' })
  const answers = await Promise.all([first, second])
  expect(answers.map(({ status }) => status)).toEqual([201, 200])
  expect(answers[0].body.operation.id).toBe(answers[1].body.operation.id)
  expect([await committedRollbacks(env), (await env.owner()).epoch]).toEqual([1, 3])
})

test('a client that dies while its request is held before the commit finds it done when it is released', async () => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'hold', on: 'rollback', environment: env.name, at: 'before-commit' })
  const dying = new AbortController()
  const first = env.rollback(digest, 2, { key, signal: dying.signal })
  const [held] = await heldOf(key)
  dying.abort()
  await expect(first).rejects.toThrow('abort')
  const retry = env.rollback(digest, 2, { key })
  await admin('POST', `/held/${held?.id}/release`)
  expect((await retry).status).toBe(200)
  expect([await committedRollbacks(env), (await env.owner()).epoch]).toEqual([1, 3])
})

test('a held request that is aborted never happened: its twin does it', async () => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'hold', on: 'rollback', environment: env.name, at: 'before-commit' })
  const first = env.rollback(digest, 2, { key })
  const [held] = await heldOf(key)
  const second = env.rollback(digest, 2, { key })
  await Promise.all([
    expect(first).rejects.toThrow('fetch failed'),
    admin('POST', `/held/${held?.id}/release`, { then: 'abort' }),
  ])
  expect((await second).status).toBe(201)
  expect([await committedRollbacks(env), (await env.owner()).epoch]).toEqual([1, 3])
})

test('a request held after its commit is found by its key, though its reply never came', async () => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'hold', on: 'rollback', environment: env.name, at: 'after-commit' })
  const first = env.rollback(digest, 2, { key })
  const [held] = await heldOf(key)
  expect(held?.at).toBe('after-commit')
  expect((await findByKey(key)).items).toHaveLength(1)
  await Promise.all([
    expect(first).rejects.toThrow('fetch failed'),
    admin('POST', `/held/${held?.id}/release`, { then: 'abort' }),
  ])
  expect((await env.rollback(digest, 2, { key })).status).toBe(200)
  expect((await env.owner()).epoch).toBe(3)
})

test('a reply that is dropped leaves the operation committed', async () => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'drop-reply', on: 'rollback', environment: env.name })
  await expect(env.rollback(digest, 2, { key })).rejects.toThrow('fetch failed')
  expect((await findByKey(key)).items).toHaveLength(1)
  expect((await env.rollback(digest, 2, { key })).status).toBe(200)
})

test('a free key is voided once: it is on record as a change of its own kind that changed nothing', async () => {
  const key = randomUUID()
  const before = await committedVoids()
  const [first, second] = [await voidKey(ask, key), await voidKey(ask, key)]
  expect([first.status, second.status, second.body.operation.id]).toEqual([201, 200, first.body.operation.id])
  expect(first.body.operation).toMatchObject({ kind: 'void', state: 'done', idempotency_key: key, result: {} })
  expect((await findByKey(key)).items).toEqual([first.body.operation])
  expect(await committedUnder(key)).toMatchObject([{ what: 'void', origin: 'client', environment: null }])
  expect(await committedVoids()).toBe(before + 1)
})

test('a request that comes after its key was voided changes nothing, and hears which operation has the key', async () => {
  const { env, digest, key } = await bad()
  const voided = await voidKey(ask, key)
  const late = [await env.rollback(digest, 2, { key }), await env.freeze(60_000, { key })]
  for (const { status, body } of late)
    expect([status, body.code, body.operation]).toEqual([422, 'idempotency-key-reused', voided.body.operation.id])
  expect(await env.owner()).toMatchObject({ epoch: 2 })
  expect((await ask<{ active: boolean }>('GET', `${env.path}/promotion-freeze`)).body.active).toBe(false)
  expect(await committedUnder(key)).toHaveLength(1)
})

test('the key of a committed operation cannot be voided, and the operation is named', async () => {
  const { env, digest, key } = await bad()
  const done = await env.rollback(digest, 2, { key })
  const { status, body } = await voidKey(ask, key)
  expect([status, body.code, body.operation]).toEqual([422, 'idempotency-key-reused', done.body.operation.id])
  expect((await findByKey(key)).items).toMatchObject([{ id: done.body.operation.id, kind: 'rollback' }])
})

test.each([
  { then: 'go', voids: 422, under: 'rollback', epoch: 3 },
  { then: 'abort', voids: 201, under: 'void', epoch: 2 },
])('voiding waits for a held request of the same key; on $then it answers $voids', async (expected) => {
  const { env, digest, key } = await bad()
  await fault({ fault: 'hold', on: 'rollback', environment: env.name, at: 'before-commit' })
  const first = env.rollback(digest, 2, { key }).catch(() => undefined)
  const [held] = await heldOf(key)
  let answered = false
  const voiding = voidKey(ask, key).finally(() => (answered = true))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect([answered, (await findByKey(key)).items]).toEqual([false, []])
  await admin('POST', `/held/${held?.id}/release`, { then: expected.then })
  expect((await voiding).status).toBe(expected.voids)
  await first
  expect((await committedUnder(key)).map(({ what }) => what)).toEqual([expected.under])
  expect((await env.owner()).epoch).toBe(expected.epoch)
})

test('of requests and voids of one key at once, in any order, one kind wins and the route moves only with it', async () => {
  const { env, digest } = await bad()
  const requests = fc.array(fc.constantFrom('rollback' as const, 'void' as const), { minLength: 2, maxLength: 8 })
  const seen = new Set<string>()
  const property = fc.asyncProperty(requests, async (kinds) => {
    const [key, { epoch }] = [randomUUID(), await env.owner()]
    const answers = await Promise.all(
      kinds.map((kind) => (kind === 'void' ? voidKey(ask, key) : env.rollback(digest, epoch, { key }))),
    )
    const [winner] = (await findByKey(key)).items
    const won = kinds.find((_kind, index) => answers[index]?.status === 201)
    seen.add(`${won}`)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    answers.forEach(({ status, body }, index) => {
      if (kinds[index] === won) expect(body.operation).toMatchObject({ id: winner?.id, kind: won })
      else expect([status, body.code, body.operation]).toEqual([422, 'idempotency-key-reused', winner?.id])
    })
    expect((await committedUnder(key)).map(({ what }) => what)).toEqual([won])
    expect((await env.owner()).epoch).toBe(won === 'rollback' ? epoch + 1 : epoch)
  })
  await fc.assert(property, { numRuns: 40, examples: [[['rollback', 'rollback']], [['void', 'void']]] })
  expect([...seen].sort()).toEqual(['rollback', 'void'])
})
