import { expect, test } from 'vitest'
import { practice } from './practice.ts'

const { admin, ask, environment, fault, lab } = practice()

async function bad() {
  const env = await environment()
  await env.promote(2, { errorRatio: 0.08 })
  const { digest } = await env.previous()
  return { env, digest, with: { environment: env.name, app: env.app } }
}

test('the epoch moves right after the second reading of the owner, and the write that rests on it loses', async () => {
  const { env, digest, with: route } = await bad()
  await fault({ fault: 'move-epoch', with: route, when: { after: 'routeOwner', count: 2 } })
  expect([(await env.owner()).epoch, (await env.owner()).epoch, (await env.owner()).epoch]).toEqual([2, 2, 3])
  expect((await env.rollback(digest, 2)).status).toBe(409)
})

test('the epoch moves just before a rollback is carried out, also while promotions are frozen', async () => {
  const { env, digest, with: route } = await bad()
  await env.freeze(60_000)
  await fault({ fault: 'move-epoch', with: route, when: { before: 'rollback' } })
  const lost = await env.rollback(digest, (await env.owner()).epoch)
  expect([lost.status, lost.body.current?.epoch]).toEqual([409, 3])
  expect((await env.rollback(digest, 3)).status).toBe(201)
})

test('a migration lands right after the fit was read, and the next reading says so', async () => {
  const { env, digest, with: route } = await bad()
  await fault({ fault: 'migrate', with: { ...route, destructive: true }, when: { after: 'artifactFit' } })
  expect([(await env.fit(digest)).schema_fits, (await env.fit(digest)).schema_fits]).toEqual([true, false])
})

test('a happening that is set in one environment does not count readings of another', async () => {
  const [here, elsewhere] = [await bad(), await bad()]
  await fault({ fault: 'move-epoch', with: here.with, when: { after: 'routeOwner' } })
  await elsewhere.env.owner()
  expect([(await here.env.owner()).epoch, (await here.env.owner()).epoch]).toEqual([2, 3])
})

test('a happening that is refused is counted, and the client sees nothing of it', async () => {
  const { env, with: route } = await bad()
  await env.freeze(60_000)
  await fault({ fault: 'promote', with: { ...route, version: 3 }, when: { after: 'routeOwner' } })
  expect((await env.owner()).epoch).toBe(2)
  const { answered } = await admin<{ answered: Record<string, number> }>('GET', '/counters')
  expect(answered['refused promote: promotions-frozen']).toBe(1)
})

test('set-health and set-binding change what the platform says of an owner and of a binding', async () => {
  const { env, digest, with: route } = await bad()
  await admin('POST', '/set-health', { ...route, digest, healthy: false })
  expect((await env.history()).items.map(({ healthy }) => healthy)).toEqual([false, false])
  await admin('POST', '/set-binding', { ...route, binding: 'mail', state: 'degraded' })
  const { body } = await ask<{ items: { binding: string; state: string }[] }>('GET', `${env.route}/bindings`)
  expect(body.items.map(({ binding, state }) => `${binding} ${state}`)).toEqual(['database ready', 'mail degraded'])
})

test('a platform that answers 500 answers a problem, as often as it was told to', async () => {
  const { env } = await bad()
  await fault({ fault: 'error500', on: 'readings', environment: env.name, times: 2 })
  const answers = [await ask('GET', env.path), await ask('GET', env.route), await ask('GET', env.route)]
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 200])
})

test('a platform that hangs never answers', async () => {
  const { env } = await bad()
  const { id } = await fault({ fault: 'hang', on: 'routeOwner', environment: env.name })
  await expect(ask('GET', `${env.route}/route-owner`, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout')
  await admin('DELETE', `/faults/${id}`)
  expect((await env.owner()).epoch).toBe(2)
})

test('lists come back empty and still claim to be whole, or do not claim it', async () => {
  const { env } = await bad()
  await fault({ fault: 'empty-lists', on: 'edgeRoutes', environment: env.name, times: 1 })
  await fault({ fault: 'empty-lists', on: 'edgeRoutes', environment: env.name, complete: false, times: 1 })
  const lists = [await env.edges(), await env.edges(), await env.edges()]
  expect(lists.map(({ complete, items }) => [complete, items.length])).toEqual([
    [true, 0],
    [false, 0],
    [true, 2],
  ])
})

test('G13: an answer that comes from a cache does not carry the nonce of the request', async () => {
  const { env } = await bad()
  const path = `${env.route}/route-owner`
  const fresh = await ask<{ nonce: string }>('GET', path)
  await fault({ fault: 'stale', on: 'routeOwner', environment: env.name, times: 1 })
  const cached = await ask<{ nonce: string }>('GET', path)
  expect([cached.body.nonce, cached.nonce]).toEqual([fresh.sentNonce, fresh.sentNonce])
  expect((await ask<{ nonce: string }>('GET', path)).body.nonce).not.toBe(fresh.sentNonce)
})

test('faults are listed with what is left of them, and a fault that does not exist is refused in words', async () => {
  await admin('DELETE', '/faults')
  await fault({ fault: 'error500', on: 'artifact', times: 3 })
  expect(await admin('GET', '/faults')).toMatchObject({
    items: [{ left: 3, fault: { fault: 'error500', on: 'artifact' } }],
  })
  await expect(fault({ fault: 'earthquake' })).rejects.toThrow('bad-request')
  await expect(fault({ fault: 'hang', on: 'routeOwnr' })).rejects.toThrow('bad-request')
  await admin('DELETE', '/faults')
})

test('the sink records notifications, and can fail', async () => {
  const post = (token: string) =>
    fetch(lab().notifyUrl, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{"text":"denied"}' })
  await fault({ fault: 'error500', on: 'webhooks', times: 1 })
  const statuses = [await post(lab().notifyToken), await post(lab().notifyToken), await post(lab().token)].map(
    ({ status }) => status,
  )
  expect(statuses).toEqual([500, 200, 401])
  expect(await admin('GET', '/webhooks')).toMatchObject({ items: [{ body: { text: 'denied' } }] })
})

test('a reset makes everything as it was at the start, aborts what is held, and forgets faults and counters', async () => {
  await admin('POST', '/promote', { environment: 'production', app: 'shop', version: 2 })
  await fault({ fault: 'error500', on: 'all' })
  await admin('POST', '/reset')
  const owner = await ask<{ epoch: number }>('GET', '/v1/environments/production/apps/shop/route-owner')
  const edges = await ask<{ items: { epoch: number }[] }>('GET', '/v1/environments/production/apps/shop/edge-routes')
  expect([owner.body.epoch, edges.body.items.map(({ epoch }) => epoch)]).toEqual([1, [1, 1]])
  expect(await admin('GET', '/counters')).toEqual({ committed: {}, answered: { routeOwner: 1, edgeRoutes: 1 } })
})

test('the status page shows who owns which route', async () => {
  const page = await (await fetch(lab().url)).text()
  expect(page).toContain('<td>production<td>shop<td>1<td>sha256:')
})
