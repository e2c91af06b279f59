import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { practice } from './practice.ts'

const { admin, ask, environment, fault } = practice()

test('G12: an edge that does not answer makes the list of edge routes incomplete, and is not listed', async () => {
  const env = await environment()
  const { id } = await fault({ fault: 'silence-edge', edge: 'edge-2' })
  const silent = await env.edges()
  expect([silent.complete, silent.items.map(({ edge }) => edge)]).toEqual([false, ['edge-1']])
  await admin('DELETE', `/faults/${id}`)
  const whole = await env.edges()
  expect([whole.complete, whole.items.map(({ edge }) => edge)]).toEqual([true, ['edge-1', 'edge-2']])
})

test('a silent edge still follows the route owner', async () => {
  const env = await environment()
  const { id } = await fault({ fault: 'silence-edge', edge: 'edge-2' })
  expect((await env.promote(2)).state).toBe('healthy')
  await admin('DELETE', `/faults/${id}`)
  expect((await env.edges()).items.map(({ epoch }) => epoch)).toEqual([2, 2])
})

test('G12: a host that does not answer makes the list of allocations incomplete', async () => {
  const env = await environment()
  const { id } = await fault({ fault: 'silence-host', host: 'host-1' })
  const { complete, items } = await env.allocations()
  await admin('DELETE', `/faults/${id}`)
  expect([complete, items.map(({ allocation }) => allocation)]).toEqual([false, [`${env.name}.${env.app}.1.host-2`]])
})

test('a hand edit of an edge takes effect without an operation id, is on record, and the next operation overwrites it', async () => {
  const env = await environment()
  await env.promote(2)
  const { digest } = await env.previous()
  const key = randomUUID()
  const path = `/v1/edges/edge-1/environments/${env.name}/apps/${env.app}/route`
  const written = await ask<{ operation: { kind: string } }>('PUT', path, { key, body: { digest } })
  expect([written.status, written.body.operation.kind]).toEqual([201, 'edge-write'])
  const [edited, other] = (await env.edges()).items
  expect(edited).toEqual({ edge: 'edge-1', epoch: 2, digest })
  expect(other?.operation).toBe((await env.owner()).operation)
  const found = await ask<{ items: unknown[] }>('GET', `/v1/operations?idempotency_key=${key}`)
  expect(found.body.items).toHaveLength(1)
  await env.promote(3)
  expect((await env.edges()).items.map((item) => item.operation !== undefined)).toEqual([true, true])
})

test('a hand edit of an edge that does not answer, or is none, is refused and leaves no operation', async () => {
  const env = await environment()
  const { digest } = await env.owner()
  const { id } = await fault({ fault: 'silence-edge', edge: 'edge-1' })
  const key = randomUUID()
  const write = (edge: string) =>
    ask<{ code: string }>('PUT', `/v1/edges/${edge}/environments/${env.name}/apps/${env.app}/route`, {
      key,
      body: { digest },
    })
  const answers = [await write('edge-1'), await write('edge-9')]
  await admin('DELETE', `/faults/${id}`)
  expect(answers.map(({ body }) => body.code)).toEqual(['agent-unreachable', 'edge-not-found'])
  const found = await ask<{ items: unknown[] }>('GET', `/v1/operations?idempotency_key=${key}`)
  expect(found.body.items).toEqual([])
})
