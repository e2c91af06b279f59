import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/index.ts'
import { QUEUES } from '../../schemas/run.ts'
import { services } from '../support/services.ts'
import { clockAhead } from './shifted-clock.ts'
import { environment, makeSmallWorkplace, removeWorkplace, runproofIn } from './workplace.ts'

const HOUR_MS = 3_600_000

let folder = ''
beforeAll(async () => {
  folder = await makeSmallWorkplace()
})
afterAll(async () => removeWorkplace(folder))

interface Found {
  readonly part: string
  readonly state: string
  readonly says: string
}

/** What the doctor finds in one part, on a machine whose clock goes so far ahead. */
async function examine(part: string, aheadMs: number, env: NodeJS.ProcessEnv = {}): Promise<Found[]> {
  const clock = await clockAhead(folder, aheadMs)
  const { stdout } = await runproofIn(folder, ['doctor', '--json'], { ...environment(), ...clock, ...env })
  const { found } = JSON.parse(stdout) as { readonly found: Found[] }
  return found.filter((finding) => finding.part === part)
}

function clocks(found: readonly Found[]): string[] {
  return found.filter(({ says }) => says.includes('clock')).map(({ state, says }) => `${state}: ${says}`)
}

describe('the clock of Temporal', () => {
  const namespace = `doctor-${randomUUID().slice(0, 8)}`
  const { address } = services().temporal
  const ofTemporal = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }
  const ending = new AbortController()
  let client: Client

  beforeAll(async () => {
    await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
    client = await connectTemporal({ address, namespace })
    for (const name of [QUEUES.runs, QUEUES.sealing]) void poll(name).catch(() => undefined)
  })
  afterAll(async () => {
    ending.abort()
    await client.connection.close()
  })

  /** As a worker does, for a minute. */
  async function poll(name: string): Promise<void> {
    const asked = { namespace, taskQueue: { name }, identity: 'a worker' }
    await client.withDeadline(Date.now() + 60_000, async () =>
      client.withAbortSignal(ending.signal, async () => client.workflowService.pollActivityTaskQueue(asked)),
    )
  }

  test.each([
    ['ahead', HOUR_MS, 'behind'],
    ['behind', -HOUR_MS, 'ahead of'],
  ])('is told where the one here is an hour %s; who polls is seen all the same', async (_side, aheadMs, theirs) => {
    const found = await examine('temporal', aheadMs, ofTemporal)
    const [clock = '', ...others] = clocks(found)
    const [, seconds] = /^wrong: the clock of Temporal is (\d+) s (?:ahead of|behind) the one here$/.exec(clock) ?? []
    expect(Math.abs(Number(seconds) - 3600)).toBeLessThanOrEqual(2)
    expect(clock).toContain(` s ${theirs} the one here`)
    expect(others).toEqual([])
    const polling = found.filter(({ says }) => / at runproof-/.test(says) || says.startsWith('no '))
    expect(polling.map(({ state }) => state)).toEqual(['ok', 'ok'])
  })

  test('is not told where it is the one here', async () => {
    const found = await examine('temporal', 0, ofTemporal)
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
  })

  test('is not what is missing where the namespace is not there', async () => {
    const found = await examine('temporal', 0, { ...ofTemporal, TEMPORAL_NAMESPACE: 'doctor-nowhere' })
    expect(found.map(({ state, says }) => `${state}: ${says}`)).toEqual(['wrong: the namespace is not there'])
  })
})

describe('the clock of a connection', () => {
  /** Answers with a time that is so far from the one here. */
  async function withPlatform<T>(headers: () => Record<string, string>, look: () => Promise<T>): Promise<T> {
    const server = createServer((_request, response) => {
      response.sendDate = false
      response.writeHead(404, headers()).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await writeFile(join(folder, 'runproof.yaml'), `connections:\n  platform: { url: "${url}", allowPrivate: true }\n`)
    try {
      return await look()
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }
  const date = (aheadMs: number) => ({ date: new Date(Date.now() + aheadMs).toUTCString() })
  const look = async () => clocks(await examine('connections', 0))

  test.each([
    [60_000, 'ahead of'],
    [-60_000, 'behind'],
  ])('is told where its answers are %s ms from the time here', async (aheadMs, side) => {
    const [clock = '', ...others] = await withPlatform(() => date(aheadMs), look)
    expect(clock).toMatch(new RegExp(`^wrong: the clock of platform is (5[5-9]|6[01]) s ${side} the one here$`))
    expect(others).toEqual([])
  })

  test.each([
    ['it is the one here', () => date(0)],
    ['a cache has kept its answer for a minute', () => ({ ...date(-60_000), age: '60' })],
    ['it tells no time', () => ({})],
  ])('is not told where %s', async (_what, headers) => {
    expect(await withPlatform(headers, look)).toEqual([])
  })
})
