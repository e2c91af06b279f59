import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { Refused } from '../../actions/define.ts'
import { kindOf } from '../../actions/net/address.ts'
import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import type { HttpEntry } from '../../schemas/allowlist.ts'
import { asAction, asReading, contextFor } from './context.ts'
import { serve } from './local-server.ts'

test.each([
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
  ['a header of 100,000 letters', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['a compressed body nobody asked for', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc'],
  ['a status that there is not', 'HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a redirect to metadata', 'HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'],
  ['a redirect to a file', 'HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n'],
])('a hostile answer is an error at once, and no answer: %s', async (_what, bytes) => {
  const url = await rawServer((socket) => socket.write(bytes))
  const failed = await ask(url, 5000).catch((cause: unknown) => cause as Error)
  expect(failed).toBeInstanceOf(Error)
  expect(failed).not.toMatchObject({ name: 'TimeoutError' })
})

test('HTTP/2, in which an answer that breaks off passes for a whole one, is never offered', async () => {
  const offered = Promise.withResolvers<string>()
  const url = await rawServer((socket, hello) => {
    offered.resolve(hello.toString('latin1'))
    socket.destroy()
  })
  await expect(ask(url.replace('http:', 'https:'), 5000)).rejects.toThrow('failed')
  const onlyHttp1 = '\x00\x09\x08http/1.1'
  expect((await offered.promise).includes(onlyHttp1)).toBe(true)
})

test.each([
  ['the body trickles', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'x'],
  ['the headers trickle', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'],
  ['the answer is announced for ever', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
])('a request whose server keeps it busy ends with the signal: %s', async (_what, first, again) => {
  const url = await rawServer((socket) => {
    socket.write(first || again)
    const timer = setInterval(() => socket.write(again), 5)
    socket.on('close', () => clearInterval(timer))
  })
  const started = performance.now()
  await expect(ask(url, 300)).rejects.toThrow()
  expect(performance.now() - started).toBeLessThan(2000)
})

test.each([
  ['64:ff9b::a9fe:a9fe', 'sensitive'],
  ['2002:a9fe:a9fe::', 'sensitive'],
  ['::a9fe:a9fe', 'sensitive'],
  ['::ffff:a9fe:a9fe', 'sensitive'],
  ['::ffff:0:169.254.169.254', 'sensitive'],
  ['::ffff:0:127.0.0.1', 'private'],
  ['::ffff:7f00:1', 'private'],
  ['64:ff9b::5db8:d822', 'private'],
  ['2606:4700::1111', 'public'],
])('G32: an IPv6 address is judged by the IPv4 address that it carries: %s is %s', (address, kind) => {
  expect(kindOf(address)).toBe(kind)
})

test.each(['2130706433', '0177.0.0.1', '0x7f.1', '127.1', '[::ffff:127.0.0.1]', '0', 'localhost'])(
  'G32: %s is loopback, however it is written',
  async (host) => {
    const request = guardedFetch({ allow: [{ url: `http://${host}:1`, allowPrivate: false }] })
    await expect(request(`http://${host}:1/`)).rejects.toMatchObject({ name: 'RequestRefused' })
  },
)

test('G19: a server cannot send an effect on to another place; a reading may be redirected', async () => {
  const elsewhere = await serve(() => ({ text: 'taken' }))
  const server = await serve(() => ({ status: 307, headers: { location: `${elsewhere.url}/admin` } }))
  const shared = { id: 'one', origin: server.url, path: ['v1'], inputs: {}, timeoutMs: 5000, allowPrivate: true }
  const change: HttpEntry = { ...shared, method: 'POST', effects: { 'status.publish': {} } }
  const look: HttpEntry = { ...shared, method: 'GET', effects: {} }
  const context = contextFor('none', server.url, { fetch: openTo(server.url, elsewhere.url) })
  await expect(asAction(define(change)).perform({}, context)).rejects.toThrow('which was not wanted')
  expect(elsewhere.seen).toEqual([])
  await asReading(define(look)).read({}, context)
  expect(elsewhere.seen.map(({ method }) => method)).toEqual(['GET'])
})

test('half a character in a path is refused before anything was sent', async () => {
  const inputs = { app: { type: { kind: 'text' } } } as const
  const shared = { id: 'one', origin: 'http://127.0.0.1:1', timeoutMs: 5000, effects: { 'status.publish': {} } }
  const action = asAction(define({ ...shared, method: 'POST', path: [{ input: 'app' }], inputs }))
  const performed = action.perform({ app: 'a\ud800' }, contextFor('none', 'http://127.0.0.1:1'))
  await expect(performed).rejects.toBeInstanceOf(Refused)
})

function define(entry: HttpEntry) {
  return definitionsFromAllowlist({ shell: [], http: [entry] })[0]
}

function openTo(...urls: readonly string[]): typeof fetch {
  return guardedFetch({ allow: urls.map((url) => ({ url, allowPrivate: true })) })
}

function ask(url: string, ms: number): Promise<Response> {
  return openTo(url)(`${url}/x`, { signal: AbortSignal.timeout(ms) })
}

/** Says whatever it likes once it was asked; returns its URL. */
async function rawServer(say: (socket: Socket, asked: Buffer) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', (asked) => say(socket, asked))
  })
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy())
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
