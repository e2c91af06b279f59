import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Conflict, Refused, type ActionContext } from '../../actions/define.ts'
import { definitions } from '../../actions/index.ts'
import { parseInput, parseOutput } from '../../actions/validate.ts'
import { startLab, type Lab } from '../../lab/start-lab.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { asAction, asReading } from '../actions-pure/context.ts'
import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import { guardedRequest } from '../../actions/net/guarded-request.ts'
import { services } from '../support/services.ts'

const subject = { environment: 'production', app: 'shop' }
let lab: Lab
let keys = 0

beforeAll(async () => {
  const { postgres, nats } = services()
  lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url, trafficTailMs: 200 })
})
afterAll(() => lab.stop())
beforeEach(() => admin('POST', '/reset'))

test('every reading of the platform is answered as its contract says, with a proof of the round trip', async () => {
  await admin('POST', '/promote', { ...subject, version: 99, errorRatio: 0.08 })
  const { digest } = await read('platform.previousOwner')
  const { digest: to } = await read('platform.routeOwner')
  const inputs: Record<string, JsonObject> = {
    'platform.environment': { environment: 'production' },
    'platform.promotionFreeze': { environment: 'production' },
    'platform.artifact': { digest: to ?? '' },
    'platform.artifactFit': { ...subject, digest: digest ?? '' },
    'platform.statusOfAffected': { subjects: ['app/shop', 'environment/production'] },
    'platform.changesBetween': { app: 'shop', from: digest ?? '', to: to ?? '' },
  }
  const readings = definitions.filter(({ name, kind }) => name.startsWith('platform.') && kind === 'reading')
  expect(readings.length).toBeGreaterThan(10)
  for (const definition of readings) {
    const reading = asReading(definition)
    const taken = await reading.read(parseInput(reading, inputs[reading.name] ?? subject), context())
    expect(taken.roundTrip, reading.name).toBe(true)
    expect(() => parseOutput(reading, taken.value), reading.name).not.toThrow()
    if ('items' in taken.value) expect(taken.complete, reading.name).toBe(true)
  }
})

test('G12: a silent edge makes the list of routes incomplete', async () => {
  await admin('POST', '/faults', { fault: 'silence-edge', edge: 'edge-2' })
  const reading = named('platform.edgeRoutes', asReading)
  expect(await reading.read(subject, context())).toMatchObject({ complete: false })
})

test('G13: an answer from a cache proves no round trip', async () => {
  await read('platform.routeOwner')
  await admin('POST', '/faults', { fault: 'stale', on: 'routeOwner' })
  const owner = named('platform.routeOwner', asReading)
  expect(await owner.read(subject, context())).toMatchObject({ roundTrip: false })
})

test('G7: a rollback writes on the epoch that it expects, and a second one on it is a conflict', async () => {
  await admin('POST', '/promote', { ...subject, version: 99, errorRatio: 0.08 })
  const { epoch } = await read('platform.routeOwner')
  const { digest: to } = await read('platform.previousOwner')
  const input = { ...subject, to, expectedEpoch: epoch } as JsonObject
  const rollback = named('platform.rollbackRouteOwner', asAction)
  const output = parseOutput(rollback, await rollback.perform(input, context('key-of-one-1')))
  expect(output['epoch']).toBe(Number(epoch) + 1)
  expect(await read('platform.routeOwner')).toMatchObject({ digest: to, epoch: output['epoch'] })
  expect(await rollback.perform(input, context('key-of-one-1'))).toEqual(output)
  const lost = rollback.perform(input, context('key-of-two-2'))
  await expect(lost).rejects.toBeInstanceOf(Conflict)
  await expect(lost).rejects.toMatchObject({ found: { digest: to, epoch: output['epoch'] } })
})

test('G1: what was done is settled as done, also when the reply was lost', async () => {
  const freeze = named('platform.freezePromotions', asAction)
  const input = { environment: 'production', lasts: 60_000 }
  await admin('POST', '/faults', { fault: 'drop-reply', on: 'freeze' })
  await expect(freeze.perform(input, context('key-of-freeze'))).rejects.toThrow('failed')
  const settled = await freeze.settle(input, context('key-of-freeze'))
  expect(settled).toMatchObject({ state: 'done', output: { freeze: expect.any(String) as string } })
  expect(await read('platform.promotionFreeze')).toMatchObject({ active: true, admitsPromotions: false })
})

test('G1: a key that was never sent is settled as voided, and a request that arrives late with it changes nothing', async () => {
  const { rollback, input, owner } = await badDeploy()
  expect(await rollback.settle(input, context('key-of-late-1'))).toEqual({ state: 'voided' })
  const late = await rollback.perform(input, context('key-of-late-1')).catch((cause: unknown) => cause)
  expect(late).toMatchObject({ message: expect.stringContaining('idempotency-key-reused') as string })
  expect([late instanceof Refused, late instanceof Conflict]).toEqual([false, false])
  expect(await ownerNow()).toEqual(owner)
  expect(await rollback.settle(input, context('key-of-late-1'))).toEqual({ state: 'voided' })
  expect(await rollback.perform(input, context('key-of-late-2'))).toMatchObject({ epoch: owner.epoch + 1 })
})

test.each([
  { then: 'go', settled: 'done', moved: 1 },
  { then: 'abort', settled: 'voided', moved: 0 },
])('G1: settling waits for a request that is under way; on $then it is $settled', async ({ then, settled, moved }) => {
  const { rollback, input, owner } = await badDeploy()
  await admin('POST', '/faults', { fault: 'hold', on: 'rollback', at: 'before-commit' })
  const first = rollback.perform(input, context('key-of-held-1')).catch(() => undefined)
  const held = await vi.waitFor(async () => {
    const { items } = (await admin('GET', '/held')) as { items: { id: number }[] }
    expect(items).toHaveLength(1)
    return items[0]?.id
  })
  const settling = rollback.settle(input, context('key-of-held-1'))
  await setTimeout(200)
  await admin('POST', `/held/${held}/release`, { then })
  expect((await settling).state).toBe(settled)
  await first
  expect((await ownerNow()).epoch).toBe(owner.epoch + moved)
})

test('G1: a list that is empty and claims to be whole is not believed: the key is taken', async () => {
  const { rollback, input } = await badDeploy()
  const output = await rollback.perform(input, context('key-of-empty-1'))
  await admin('POST', '/faults', { fault: 'empty-lists', on: 'operations', times: 1 })
  expect(await rollback.settle(input, context('key-of-empty-1'))).toEqual({ state: 'done', output })
  await admin('POST', '/faults', { fault: 'empty-lists', on: 'operations' })
  expect(await rollback.settle(input, context('key-of-empty-1'))).toMatchObject({ state: 'unknown' })
})

test('G1: a void whose reply is lost settles nothing; asked again, the key is voided', async () => {
  const { rollback, input, owner } = await badDeploy()
  await admin('POST', '/faults', { fault: 'drop-reply', on: 'void' })
  expect(await rollback.settle(input, context('key-of-lost-1'))).toMatchObject({ state: 'unknown' })
  expect(await rollback.settle(input, context('key-of-lost-1'))).toEqual({ state: 'voided' })
  expect(await ownerNow()).toEqual(owner)
})

test('a freeze is lifted, and lifting again says that there was none', async () => {
  const input = { environment: 'production', reason: 'the fix is out' }
  const lift = named('platform.liftFreeze', asAction)
  await named('platform.freezePromotions', asAction).perform({ environment: 'production', lasts: 60_000 }, context())
  expect(await lift.perform(input, context())).toEqual({ lifted: true })
  expect(await read('platform.promotionFreeze')).toMatchObject({ active: false, admitsPromotions: true })
  expect(await lift.perform(input, context())).toEqual({ lifted: false })
})

test('a rebuild makes a digest that never ran, and a hand edit an entry without an operation', async () => {
  const built = await named('platform.buildArtifact', asAction).perform({ app: 'shop', ref: 'main' }, context())
  const { digest: previous } = await read('platform.routeOwner')
  expect(built['digest']).not.toBe(previous)
  const edit = { ...subject, edge: 'edge-1', digest: built['digest'] } as JsonObject
  await named('platform.writeEdgeRoute', asAction).perform(edit, context())
  const { items } = await read('platform.edgeRoutes')
  const [first] = (items as unknown as JsonObject[]).filter(({ edge }) => edge === 'edge-1')
  expect(first).toMatchObject({ digest: built['digest'] })
  expect(first).not.toHaveProperty('operation')
})

test('G10: a platform that answers 500, or an environment that is not there, is unknown', async () => {
  const owner = named('platform.routeOwner', asReading)
  await admin('POST', '/faults', { fault: 'error500', on: 'routeOwner', times: 1 })
  await expect(owner.read(subject, context())).rejects.toMatchObject({ name: 'Unknown', reason: 'error' })
  await expect(owner.read({ environment: 'nowhere', app: 'shop' }, context())).rejects.toMatchObject({
    reason: 'empty',
  })
  expect(await read('platform.app', { environment: 'nowhere', app: 'shop' })).toEqual({ exists: false })
  expect(await read('platform.environment', { environment: 'nowhere' })).toEqual({ exists: false })
})

test('the error ratio follows the promotion, and falls after the rollback', async () => {
  await admin('POST', '/promote', { ...subject, version: 99, errorRatio: 0.08 })
  const { digest: bad, epoch } = await read('platform.routeOwner')
  await vi.waitFor(async () => expect((await read('prometheus.errorRatioByDigest'))['worst']).toBe(bad), 10_000)
  expect((await read('prometheus.errorRatioByDigest'))['worstRatio']).toBeCloseTo(0.08)
  const { digest: to } = await read('platform.previousOwner')
  const input = { ...subject, to, expectedEpoch: epoch } as JsonObject
  await named('platform.rollbackRouteOwner', asAction).perform(input, context())
  const fallen = async () => expect((await read('prometheus.errorRatioByDigest'))['currentRatio']).toBeLessThan(0.005)
  await vi.waitFor(fallen, 10_000)
})

test.each([
  ['empty', 'empty'],
  ['nan', 'empty'],
  ['error', 'error'],
])('G10: metrics that are %s are unknown: %s', async (mode, reason) => {
  await admin('POST', '/faults', { fault: 'metrics', mode })
  const reading = named('prometheus.errorRatioByDigest', asReading).read(subject, context())
  await expect(reading).rejects.toMatchObject({ name: 'Unknown', reason })
})

test('G40: a notice arrives at the sink', async () => {
  const notice = { run: 'bad-deploy-1', roles: ['platform-on-call'], message: 'the run was denied' }
  const tell = named('notify.webhook', asAction)
  expect(await tell.perform(parseInput(tell, notice), context())).toEqual({ delivered: true })
  expect(JSON.stringify(await admin('GET', '/webhooks'))).toContain('the run was denied')
})

/** A route with a bad owner, and the rollback that would mend it. */
async function badDeploy() {
  await admin('POST', '/promote', { ...subject, version: 99, errorRatio: 0.08 })
  const owner = await ownerNow()
  const { digest: to } = await read('platform.previousOwner')
  const input = { ...subject, to, expectedEpoch: owner.epoch } as JsonObject
  return { rollback: named('platform.rollbackRouteOwner', asAction), input, owner }
}

async function ownerNow() {
  const { digest, epoch } = await read('platform.routeOwner')
  return { digest, epoch: Number(epoch) }
}

/** What a host would give: three connections of the lab, a key, the guarded fetch. */
function context(idempotencyKey = `key-of-test-${(keys += 1)}`): ActionContext {
  const connections: Record<string, { url: string; token: string }> = {
    platform: { url: lab.url, token: lab.token },
    prometheus: { url: lab.prometheusUrl, token: lab.token },
    notify: { url: lab.notifyUrl, token: lab.notifyToken },
  }
  const connection = (name: string) => {
    const found = connections[name]
    if (!found) throw new Error(`there is no connection ${name}`)
    return { url: found.url, headers: { authorization: `Bearer ${found.token}` } }
  }
  const limits = { allow: Object.values(connections).map(({ url }) => ({ url, allowPrivate: true })) }
  const reach = { fetch: guardedFetch(limits), request: guardedRequest(limits) }
  return { idempotencyKey, signal: AbortSignal.timeout(10_000), connection, ...reach }
}

async function read(
  name: string,
  input: JsonObject = name === 'platform.promotionFreeze' ? { environment: 'production' } : subject,
) {
  const reading = named(name, asReading)
  return parseOutput(reading, (await reading.read(parseInput(reading, input), context())).value)
}

function named<T>(name: string, as: (definition: (typeof definitions)[number] | undefined) => T): T {
  return as(definitions.find((definition) => definition.name === name))
}

async function admin(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${lab.adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${lab.adminToken}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

test('G3: the tokens of the leases travel with the effect; of a holder that was overtaken nothing happens', async () => {
  const freeze = named('platform.freezePromotions', asAction)
  const input = { environment: 'production', lasts: 60_000 }
  const held = (key: string, token: number) => ({
    ...context(key),
    fencing: { 'environment/production': token, 'app/a b,c=(d)': 1 },
  })
  await freeze.perform(input, held('key-of-newer-1', 2))
  const late = freeze.perform(input, held('key-of-older-1', 1))
  await expect(late).rejects.toThrow('fencing-token-stale')
  // Not a refusal for good: the run goes back to its leases.
  await expect(late).rejects.not.toBeInstanceOf(Refused)
  expect(await freeze.settle(input, held('key-of-older-1', 1))).toEqual({ state: 'voided' })
  await freeze.perform(input, held('key-of-newer-2', 2))
})
