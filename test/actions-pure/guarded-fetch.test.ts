import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { kindOf } from '../../actions/net/address.ts'
import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import { RequestRefused } from '../../actions/net/place.ts'
import { serve } from './local-server.ts'

const loopback = { address: '127.0.0.1', family: 4 }
const open = (url: string) => ({ url, allowPrivate: true })

test('G32: a request goes where an entry allows it, body and headers included', async () => {
  const server = await serve(({ body }) => ({ json: { got: body } }))
  const fetch = guardedFetch({ allow: [open(server.url)] })
  const response = await fetch(`${server.url}/a?b=c`, { method: 'POST', body: 'hello', headers: { 'x-one': '1' } })
  expect(await response.json()).toEqual({ got: 'hello' })
  expect(server.seen[0]).toMatchObject({
    method: 'POST',
    url: '/a?b=c',
    headers: { 'x-one': '1', 'content-length': '5' },
  })
})

test('G32: loopback is refused unless the entry says that it may be', async () => {
  const server = await serve(() => ({ text: 'reached' }))
  const fetch = guardedFetch({ allow: [{ url: server.url, allowPrivate: false }] })
  await expect(fetch(server.url)).rejects.toThrow(RequestRefused)
  await expect(fetch(server.url)).rejects.toThrow('127.0.0.1, an inside address')
  expect(server.seen).toEqual([])
})

test('G32: a name that leads to loopback is refused as loopback is', async () => {
  const server = await serve(() => ({ text: 'reached' }))
  const url = `http://localhost:${server.port}`
  await expect(guardedFetch({ allow: [{ url, allowPrivate: false }] })(url)).rejects.toThrow('an inside address')
  expect(server.seen).toEqual([])
})

test('G32: what no entry names is refused: another port, a path above, a path that climbs', async () => {
  const server = await serve(() => ({ text: 'reached' }))
  const fetch = guardedFetch({ allow: [open(`${server.url}/api`)] })
  for (const path of ['/', '/apix', '/api/../secret', '/api/%2e%2e/secret', '/api/..%2fsecret', '/api/x%5c..%5csecret'])
    await expect(fetch(`${server.url}${path}`), path).rejects.toThrow(RequestRefused)
  await expect(fetch('http://127.0.0.1:1/api')).rejects.toThrow('no connection and no allowlist entry')
  await expect(fetch('file:///etc/passwd')).rejects.toThrow(RequestRefused)
  expect(server.seen).toEqual([])
  expect((await fetch(`${server.url}/api/x..y`)).status).toBe(200)
})

test('G32: a redirect is checked like a new request', async () => {
  const inside = await serve(() => ({ text: 'secret' }))
  const server = await serve(() => ({ status: 302, headers: { location: `${inside.url}/latest/meta-data` } }))
  const refused = guardedFetch({ allow: [open(server.url), { url: inside.url, allowPrivate: false }] })(server.url)
  await expect(refused).rejects.toThrow('a redirect was not followed')
  await expect(refused).rejects.not.toBeInstanceOf(RequestRefused)
  expect(inside.seen).toEqual([])
})

test('G32: a redirect to another origin carries no credential and, after a POST, no body', async () => {
  const other = await serve(() => ({ text: 'arrived' }))
  const server = await serve(() => ({ status: 303, headers: { location: other.url } }))
  const fetch = guardedFetch({ allow: [open(server.url), open(other.url)] })
  const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret', cookie: 'secret', accept: 'text/plain' }
  const response = await fetch(server.url, { method: 'POST', body: 'secret', headers })
  expect(await response.text()).toBe('arrived')
  expect(JSON.stringify(other.seen)).not.toContain('secret')
  expect(other.seen[0]).toMatchObject({ method: 'GET', body: '', headers: { accept: 'text/plain' } })
})

test('a redirect on the same origin keeps method, body and headers where its status says so', async () => {
  const server = await serve(({ url }) =>
    url === '/new' ? { text: 'arrived' } : { status: 307, headers: { location: '/new' } },
  )
  await guardedFetch({ allow: [open(server.url)] })(`${server.url}/old`, {
    method: 'PUT',
    body: 'b',
    headers: { 'x-a': '1' },
  })
  expect(server.seen[1]).toMatchObject({ method: 'PUT', url: '/new', body: 'b', headers: { 'x-a': '1' } })
})

test('redirects end after five', async () => {
  const server = await serve(() => ({ status: 302, headers: { location: '/again' } }))
  await expect(guardedFetch({ allow: [open(server.url)] })(server.url)).rejects.toThrow('redirected more than 5 times')
  expect(server.seen.length).toBe(6)
})

test('an answer larger than the cap is an error', async () => {
  const server = await serve(() => ({ text: 'x'.repeat(2000) }))
  const fetch = guardedFetch({ allow: [open(server.url)], maxBodyBytes: 1999 })
  await expect(fetch(server.url)).rejects.toThrow('larger than 1999 bytes')
})

test('an answer that breaks off is an error, not a short answer', async () => {
  const server = await serve((_seen, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"items": []')
    setTimeout(() => response.destroy(), 20)
    return undefined
  })
  await expect(guardedFetch({ allow: [open(server.url)] })(server.url)).rejects.toThrow('failed')
})

test('the signal ends a request that is never answered, and one whose body never ends', async () => {
  const silent = await serve(() => undefined)
  const endless = await serve((_seen, response) => {
    response.writeHead(200).write('x')
    return undefined
  })
  for (const { url } of [silent, endless]) {
    const started = performance.now()
    const signal = AbortSignal.timeout(100)
    await expect(guardedFetch({ allow: [open(url)] })(url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - started).toBeLessThan(2000)
  }
})

test('G30: errors name the origin and nothing of the path, the query or the user', async () => {
  const port = await closedPort()
  const url = `http://127.0.0.1:${port}/hook/secret?token=secret`
  const fetch = guardedFetch({ allow: [open(`http://127.0.0.1:${port}`)] })
  await expect(fetch(url)).rejects.toThrow(`the request to http://127.0.0.1:${port} failed: ECONNREFUSED`)
  const withUser = await fetch(`http://user:secret@127.0.0.1:${port}/`).catch((cause: unknown) => cause)
  expect(withUser).toBeInstanceOf(RequestRefused)
  expect(String(withUser)).not.toContain('secret')
})

test('G32: Runproof itself is reached only by an entry that writes its address out', async () => {
  const server = await serve(() => ({ text: 'reached' }))
  const url = `http://innocent.example:${server.port}`
  const ownPorts = [server.port]
  const named = guardedFetch({ allow: [open(url)], ownPorts, resolve: async () => [loopback] })
  await expect(named(url)).rejects.toThrow('is Runproof itself')
  expect(server.seen).toEqual([])
  expect((await guardedFetch({ allow: [open(server.url)], ownPorts })(server.url)).status).toBe(200)
})

test('G32: the connection goes to the address that was checked: a name that changes its mind is asked once', async () => {
  const server = await serve(() => ({ text: 'reached' }))
  const url = `http://moving.example:${server.port}`
  const asked: string[] = []
  const resolve = async (host: string) => {
    asked.push(host)
    return asked.length === 1 ? [loopback] : [{ address: '169.254.169.254', family: 4 }]
  }
  const response = await guardedFetch({ allow: [open(url)], resolve })(url)
  expect(await response.text()).toBe('reached')
  expect(asked).toEqual(['moving.example'])
  expect(server.seen[0]?.headers.host).toBe(`moving.example:${server.port}`)
})

test('G32: one forbidden address among several refuses the name', async () => {
  const url = 'http://mixed.example'
  const resolve = async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  const fetch = guardedFetch({ allow: [{ url, allowPrivate: false }], resolve })
  await expect(fetch(url)).rejects.toThrow('10.0.0.1, an inside address')
})

test('G32: a name never leads to a metadata address, whatever its entry says', async () => {
  const url = 'http://metadata.example'
  const fetch = guardedFetch({ allow: [open(url)], resolve: async () => [{ address: '169.254.169.254', family: 4 }] })
  await expect(fetch(url)).rejects.toThrow('a link-local or metadata address')
})

test('a response without a body, and one with several cookies, arrive whole', async () => {
  const server = await serve((_seen, response) => {
    response.writeHead(204, { 'set-cookie': ['a=1', 'b=2'] }).end()
    return undefined
  })
  const response = await guardedFetch({ allow: [open(server.url)] })(server.url)
  expect(response.status).toBe(204)
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

test.each([
  ['127.0.0.1', 'private'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['::1', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['::ffff:169.254.169.254', 'sensitive'],
  ['64:ff9b::7f00:1', 'private'],
  ['2002:7f00:1::', 'private'],
  ['169.254.169.254', 'sensitive'],
  ['fe80::1', 'sensitive'],
  ['fd00:ec2::254', 'sensitive'],
  ['168.63.129.16', 'sensitive'],
  ['100.100.100.200', 'sensitive'],
  ['0.0.0.0', 'sensitive'],
  ['::', 'sensitive'],
  ['255.255.255.255', 'sensitive'],
  ['93.184.216.34', 'public'],
  ['2606:4700::1111', 'public'],
])('G32: %s is %s', (address, kind) => {
  expect(kindOf(address)).toBe(kind)
})

test('G32: every address of this machine is an inside address', () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? [])
  expect(own.length).toBeGreaterThan(0)
  for (const address of own) expect(kindOf(address), address).not.toBe('public')
})

test('G32: an IPv4 address is judged alike in its IPv6 form', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => kindOf(address) === kindOf(`::ffff:${address}`)))
})

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => void server.close(resolve))
  onTestFinished(() => void server.close())
  return port
}
