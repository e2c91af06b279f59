import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually, practice, type Environment } from './practice.ts'

const { admin, environment, fault, lab } = practice()

interface Vector {
  status: string
  errorType?: string
  error?: string
  data?: { resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] }
}

async function query(text: string, more: Record<string, string> = {}) {
  const url = `${lab().prometheusUrl}/api/v1/query?${new URLSearchParams({ query: text, ...more }).toString()}`
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as Vector }
}

const rate = ({ name, app }: Environment, codes = '') =>
  `sum by (digest) (rate(http_requests_total{environment="${name}",app="${app}"${codes}}[5m]))`
const ratio = (env: Environment) => `${rate(env, ',code=~"5.."')} / ${rate(env)}`

async function ratios(env: Environment): Promise<Record<string, number>> {
  const { body } = await query(ratio(env))
  return Object.fromEntries(
    (body.data?.result ?? []).map(({ metric, value }) => [metric['digest'] ?? '', Number(value[1])] as const),
  )
}

async function bad(errorRatio = 0.08) {
  const env = await environment()
  const { digest } = await env.owner()
  const promoted = await env.promote(2, { errorRatio })
  await eventually(
    () => ratios(env),
    (seen) => Object.keys(seen).join() === promoted.digest,
  )
  return { env, good: digest, bad: promoted.digest }
}

test('the error ratio by digest comes in the wire format of Prometheus', async () => {
  const { env, bad: digest } = await bad()
  const { status, body } = await query(ratio(env))
  expect([status, body.status, body.data?.resultType]).toEqual([200, 'success', 'vector'])
  const [sample] = body.data?.result ?? []
  expect(sample?.metric).toEqual({ digest })
  expect(Math.abs(Date.now() / 1000 - (sample?.value[0] ?? 0))).toBeLessThan(10)
  expect(sample?.value[1]).toMatch(/^0\.0(8|79999)/)
})

test('a query may be posted as a form, and asks for the instant that it names', async () => {
  const { env } = await bad()
  const at = Date.now() / 1000
  const response = await fetch(`${lab().prometheusUrl}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: ratio(env), time: String(at) }),
  })
  const body = (await response.json()) as Vector
  expect(body.data?.result.map(({ value }) => value[0])).toEqual([at])
})

test('after a rollback the traffic is on the previous digest, and the series of the bad one disappears', async () => {
  const { env, good, bad: digest } = await bad()
  expect(Object.keys(await ratios(env))).toEqual([digest])
  await env.rollback(good, 2)
  const after = await eventually(
    () => ratios(env),
    (seen) => Object.keys(seen).join() === good,
  )
  expect(after[good]).toBeLessThan(0.005)
})

test('an earlier instant still has the series that ended since', async () => {
  const { env, good, bad: digest } = await bad()
  const before = Date.now() / 1000
  await delay(2)
  await env.rollback(good, 2)
  await eventually(
    () => ratios(env),
    (seen) => Object.keys(seen).join() === good,
  )
  const { body } = await query(ratio(env), { time: String(before) })
  expect(body.data?.result.map(({ metric }) => metric)).toEqual([{ digest }])
})

test('an artifact that does not fit the database fails every request', async () => {
  const { env, good } = await bad()
  await admin('POST', '/migrate', { environment: env.name, app: env.app, destructive: true })
  await env.rollback(good, 2)
  const after = await eventually(
    () => ratios(env),
    (seen) => Object.keys(seen).join() === good,
  )
  expect(after).toEqual({ [good]: 1 })
})

test('an artifact without errors has no series of errors, so that its ratio is empty, not zero', async () => {
  const { env, bad: digest } = await bad(0.5)
  const faultless = await env.promote(3, { errorRatio: 0 })
  const seen = await eventually(
    () => query(rate(env)),
    ({ body }) => body.data?.result.length === 1,
  )
  expect(seen.body.data?.result[0]?.metric).toEqual({ digest: faultless.digest })
  expect(await ratios(env)).toEqual({})
  expect(faultless.digest).not.toBe(digest)
})

test('an app without traffic has an empty result, which is a success', async () => {
  const { status, body } = await query(ratio({ name: 'nowhere', app: 'shop' } as Environment))
  expect([status, body]).toEqual([200, { status: 'success', data: { resultType: 'vector', result: [] } }])
})

test('series that vanish, that count nothing, and a query that fails are three different answers', async () => {
  const { env } = await bad()
  const under = async (mode: string) => {
    const { id } = await fault({ fault: 'metrics', mode })
    const answer = await query(ratio(env))
    await admin('DELETE', `/faults/${id}`)
    return answer
  }
  const [empty, nan, error] = [await under('empty'), await under('nan'), await under('error')]
  expect([empty.status, empty.body.data?.result]).toEqual([200, []])
  expect([nan.status, nan.body.data?.result.map(({ value }) => value[1])]).toEqual([200, ['NaN']])
  expect([error.status, error.body.status, error.body.errorType]).toEqual([422, 'error', 'execution'])
})

test.each(['', 'up', 'sum(', 'rate(http_requests_total[5m])', 'vector(0)/0', 'sum(rate(http_requests_total[5m])) > 0'])(
  'a query that is not one of those answered is bad data, and the answer says which are: %s',
  async (text) => {
    const { status, body } = await query(text)
    expect([status, body.status, body.errorType]).toEqual([400, 'error', 'bad_data'])
    expect(body.error).toContain('the practice platform answers sum by (labels)')
  },
)

test('a query about the past is bad data: there is no history', async () => {
  const { status, body } = await query('sum(rate(http_requests_total[5m]))', { time: '2020-01-01T00:00:00Z' })
  expect([status, body.errorType]).toEqual([400, 'bad_data'])
})
