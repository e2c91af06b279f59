import { Agent, request } from 'node:http'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client, Connection } from '@temporalio/client'
import { openStore } from '../../evidence/store.ts'
import { alertOf, messageOf } from '../support/alerts.ts'
import { acting, Bench, planOf, runbooksOf, TOKEN } from './fixture.ts'
import type { Door } from './fixture.ts'

let bench: Bench
let door: Door

const quick = planOf('quick', { triggers: [acting('Quick')] })

beforeAll(async () => {
  bench = await Bench.open()
  door = await bench.door(runbooksOf(quick))
})

afterAll(async () => bench.stop())

const SECRET = 'never-to-be-echoed'

test('a request without a valid token is refused, without an echo of its body, counted, and leaves nothing behind', async () => {
  const unheard = await bench.door(runbooksOf(quick))
  const message = messageOf([alertOf({ alertname: 'Quick', cluster: SECRET })])
  for (const authorization of [
    '',
    'Bearer',
    'Bearer wrong',
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
  ]) {
    const { status, headers, body } = await unheard.post(message, { authorization })
    expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthorized' })
    expect(headers.get('www-authenticate')).toContain('Bearer')
    expect(JSON.stringify(body)).not.toContain(SECRET)
  }
  expect(await unheard.metrics()).toContain('runproof_webhook_notifications_total{code="401"} 6')
  expect(await bench.runsOf('quick')).toEqual([])
  expect(await bench.host.store.runs()).toEqual([])
})

test('two tokens are valid during a rotation, and the old one no longer after it', async () => {
  const tokens = [TOKEN, 'the-next-token-0123456789']
  const rotating = await bench.door(runbooksOf(quick), { tokens: () => tokens })
  const message = messageOf([alertOf({ alertname: 'Unheard' })])
  const next = { authorization: `bearer ${tokens[1]}` }
  expect((await rotating.post(message)).status).toBe(200)
  expect((await rotating.post(message, next)).status).toBe(200)
  tokens.shift()
  expect((await rotating.post(message)).status).toBe(401)
  expect((await rotating.post(message, next)).status).toBe(200)
})

test.each([
  ['no JSON', '{"version":', 'not-json', 'the body is not valid JSON in UTF-8'],
  ['no object', '[]', 'not-a-notification', 'the body: '],
  ['another version', JSON.stringify(messageOf([], { version: '5' as '4' })), 'not-a-notification', 'version: '],
  ['no alerts', JSON.stringify({ version: '4', status: 'firing' }), 'not-a-notification', 'alerts: '],
  [
    'a broken alert',
    JSON.stringify(messageOf([alertOf({}, { fingerprint: '../../x' })])),
    'not-a-notification',
    'alerts[0].fingerprint: ',
  ],
])('a message that is %s is refused with a problem that says so', async (_what, body, code, detail) => {
  const answer = await door.post(body)
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 400, code })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body['detail']).toContain(detail)
  expect(answer.body['hint']).not.toBe('')
})

test('keys that a newer Alertmanager adds are ignored', async () => {
  const message = {
    ...messageOf([{ ...alertOf({ alertname: 'Unheard' }), added: 1 } as never]),
    notification_reason: 'new alerts added',
    routeLabels: {},
  }
  expect((await door.post(message)).body.alerts).toMatchObject([{ result: 'no-runbook' }])
})

/** Sends two requests over one connection: a client that keeps writing must still get each answer. */
async function overOneConnection(
  bodies: readonly { readonly bytes: number; readonly chunked: boolean }[],
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const statuses: number[] = []
  for (const { bytes, chunked } of bodies) {
    const headers = { authorization: `Bearer ${TOKEN}`, ...(chunked ? {} : { 'content-length': String(bytes) }) }
    statuses.push(await statusOf(agent, headers, bytes))
  }
  agent.destroy()
  return statuses
}

async function statusOf(agent: Agent, headers: Record<string, string>, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${door.url}/v1/alerts`, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    sent.once('error', reject)
    for (let left = bytes; left > 0; left -= 65_536) sent.write(Buffer.alloc(Math.min(left, 65_536), ' '))
    sent.end()
  })
}

test('a body of more than 1 MiB is answered by 413, announced or not, and the connection goes on', async () => {
  const limit = 1 << 20
  const statuses = await overOneConnection([
    { bytes: limit + 1, chunked: false },
    { bytes: 4 * limit, chunked: true },
    { bytes: limit, chunked: true },
  ])
  expect(statuses).toEqual([413, 413, 400])
})

test('what is not served is a problem that names what is', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v1/alerts'],
    ['POST', '/metrics'],
    ['GET', '/v1/alerts/../../etc/passwd'],
  ] as const) {
    const response = await fetch(`${door.url}${path}`, { method })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('POST /v1/alerts') as string,
    })
  }
})

test('health is the process; readiness is Temporal and the evidence store', async () => {
  expect((await fetch(`${door.url}/healthz`)).status).toBe(200)
  const ready = await fetch(`${door.url}/readyz`)
  expect({ status: ready.status, body: await ready.json() }).toEqual({
    status: 200,
    body: { ready: true, temporal: 'ready', evidence: 'ready' },
  })
})

test('a server whose Temporal and evidence are away is alive, is not ready, says why, and still shows its metrics', async () => {
  const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }), namespace: 'nowhere' })
  const inTheWay = `${bench.folder}/in-the-way`
  await writeFile(inTheWay, '')
  const alone = await bench.door(runbooksOf(quick), { client: away, store: openStore(`${inTheWay}/evidence`) })
  expect((await fetch(`${alone.url}/healthz`)).status).toBe(200)
  const ready = await fetch(`${alone.url}/readyz`)
  expect(ready.status).toBe(503)
  const body = (await ready.json()) as Record<string, string>
  expect(body['temporal']).toBe('Temporal did not take it in time')
  expect(body['evidence']).toContain('a file stands where a folder should be')
  const metrics = await alone.metrics()
  expect(metrics).toContain('runproof_temporal_up 0')
  expect(metrics).not.toContain('runproof_runs{')
  await away.connection.close()
})

test('metrics show what was decided, and runs by outcome and by what open ones are at', async () => {
  const waiting = planOf('waiting', { triggers: [acting('Waiting')], waitsMs: 3_600_000 })
  const counting = await bench.door(runbooksOf(quick, waiting))
  const alerts = ['Quick', 'Waiting', 'Unheard'].map((alertname) =>
    alertOf({ alertname, cluster: 'metrics', instance: 'i' }),
  )
  await counting.post(messageOf(alerts))
  await bench.closed('quick/metrics')
  await bench.runsOf('quick')
  const metrics = await counting.metrics()
  expect(metrics).toContain('runproof_webhook_alerts_total{result="started"} 2')
  expect(metrics).toContain('runproof_webhook_alerts_total{result="no-runbook"} 1')
  expect(metrics).toContain('runproof_webhook_alerts_total{result="failed"} 0')
  expect(metrics).toContain('runproof_webhook_notifications_total{code="200"} 1')
  expect(metrics).toContain('runproof_runs{outcome="escalated"} 1')
  expect(metrics).toContain('runproof_runs{outcome="none"} 0')
  expect(metrics).toContain('runproof_runs_open{phase="live"} 1')
  expect(metrics).toContain('runproof_runs_open{phase="sealing"} 0')
  expect(metrics).toContain('runproof_runs_open{phase="waiting"} ')
  expect(metrics).toContain('runproof_temporal_up 1')
  expect(metrics).toContain('process_cpu_seconds_total')
})

test('a run whose workflow was ended by force is counted as one without an outcome', async () => {
  const killed = planOf('killed', { triggers: [acting('Killed')], waitsMs: 3_600_000 })
  const counting = await bench.door(runbooksOf(killed))
  await counting.post(messageOf([alertOf({ alertname: 'Killed', cluster: 'k', instance: 'i' })]))
  await bench.client.workflow.getHandle('killed/k').terminate('by the test')
  await bench.runsOf('killed')
  expect(await counting.metrics()).toContain('runproof_runs{outcome="none"} 1')
})

test('an evidence store that comes back makes the server ready again', async () => {
  const folder = `${bench.folder}/coming-back`
  await writeFile(folder, '')
  const server = await bench.door(runbooksOf(quick), { store: openStore(folder) })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  await rm(folder)
  await mkdir(folder)
  await chmod(folder, 0o700)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})
