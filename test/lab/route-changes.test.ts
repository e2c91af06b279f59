import { expect, test } from 'vitest'
import { createEdge } from '../../lab/followers/edge.ts'
import { eventually, practice } from './practice.ts'

const { admin, ask, environment, fault } = practice({ edges: ['edge-1', 'edge-2', 'edge-3'] })

test('G7: of two rollbacks on one epoch exactly one wins, and the other is told the current owner', async () => {
  const env = await environment()
  await env.promote(2)
  const { digest } = await env.previous()
  const answers = await Promise.all([env.rollback(digest, 2), env.rollback(digest, 2)])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  const lost = answers.find(({ status }) => status === 409)
  const owner = await env.owner()
  expect(lost?.body).toMatchObject({
    code: 'epoch-conflict',
    current: { digest, epoch: 3, operation: owner.operation },
  })
  expect([owner.digest, owner.epoch]).toEqual([digest, 3])
})

test('a rollback on a stale epoch changes nothing', async () => {
  const env = await environment()
  await env.promote(2)
  const { digest } = await env.previous()
  const answer = await env.rollback(digest, 1)
  expect([answer.status, (await env.owner()).epoch, (await env.history()).items.length]).toEqual([409, 2, 2])
})

test('every edge and every host converges to a change of the owner, and knows the operation that made it', async () => {
  const env = await environment()
  await env.promote(2)
  const { digest } = await env.previous()
  const { body } = await env.rollback(digest, 2)
  const done = await eventually(
    () => ask<{ operation: { state: string } }>('GET', `/v1/operations/${body.operation.id}`),
    (seen) => seen.body.operation.state !== 'edge_propagating',
  )
  expect(done.body.operation.state).toBe('rolled_back')
  const operation = body.operation.id
  expect(await env.edges()).toMatchObject({
    complete: true,
    items: ['edge-1', 'edge-2', 'edge-3'].map((edge) => ({ edge, epoch: 3, digest, operation })),
  })
  const { complete, items } = await env.allocations()
  expect([complete, items.map((item) => [item.digest, item.ready])]).toEqual([
    true,
    [
      [digest, true],
      [digest, true],
    ],
  ])
})

test('an edge that is stalled keeps the old epoch, the promotion stays in flight, and a newer epoch fences it', async () => {
  const env = await environment()
  const { id } = await fault({ fault: 'stall-edge', edge: 'edge-3' })
  const promotion = await env.promote(2)
  expect(promotion.state).toBe('edge_propagating')
  const freeze = await ask<{ in_flight: number }>('GET', `${env.path}/promotion-freeze`)
  expect(freeze.body.in_flight).toBe(1)
  const spread = await eventually(env.edges, ({ items }) => items.filter(({ epoch }) => epoch === 2).length === 2)
  expect(spread.items.find(({ edge }) => edge === 'edge-3')?.epoch).toBe(1)
  const { digest } = await env.previous()
  await env.rollback(digest, 2)
  const overtaken = await ask<{ operation: { state: string } }>('GET', `/v1/operations/${promotion.operation}`)
  expect(overtaken.body.operation.state).toBe('failed')
  await admin('DELETE', `/faults/${id}`)
  const edges = await eventually(env.edges, ({ items }) => items.every(({ epoch }) => epoch === 3))
  expect(edges.items.map((item) => item.digest)).toEqual([digest, digest, digest])
})

test('an edge does not apply an event that is older than what it knows', () => {
  const edge = createEdge('edge')
  const route = { environment: 'production', app: 'shop' }
  void edge.apply({ ...route, digest: 'new', epoch: 7, operation: 'op-7' })
  void edge.apply({ ...route, digest: 'old', epoch: 6, operation: 'op-6' })
  expect(edge.answer({ ...route, ask: 'entry' }).entry).toEqual({
    edge: 'edge',
    digest: 'new',
    epoch: 7,
    operation: 'op-7',
  })
})

test('the previous owner is the last healthy one before the newest promotion, also after the rollback', async () => {
  const env = await environment()
  await env.promote(2)
  await env.promote(3, { errorRatio: 0.08 })
  const { digest: good } = await env.previous()
  await env.promote(4, { errorRatio: 0.2 })
  const previous = await env.previous()
  expect([previous.digest, previous.epoch]).toEqual([good, 2])
  await env.rollback(good, 4)
  expect((await env.previous()).digest).toBe(good)
})

test('an artifact that is built after a promotion began is not one that was built before it', async () => {
  const env = await environment()
  await env.promote(2, { errorRatio: 0.08 })
  const built = await ask<{ operation: { result: { digest: string } } }>('POST', `/v1/apps/${env.app}/builds`, {
    key: `build-${env.name}`,
    body: { ref: 'main' },
  })
  const rebuilt = built.body.operation.result.digest
  expect((await env.rollback(rebuilt, 2)).status).toBe(201)
  const { current, items } = await env.history()
  expect(current).toBe(rebuilt)
  expect(items.map((item) => [item.epoch, item.healthy, item.built_before])).toEqual([
    [1, true, true],
    [2, false, true],
    [3, false, false],
  ])
})

test('a route is never given to an artifact that the registry does not hold', async () => {
  const env = await environment()
  await env.promote(2)
  const { digest } = await env.previous()
  await admin('POST', '/remove-artifact', { digest })
  const answer = await env.rollback(digest, 2)
  expect([answer.status, answer.body.code, (await env.owner()).epoch]).toEqual([404, 'artifact-not-found', 2])
})
