import type { LookupAddress } from 'node:dns'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { connectionsTo } from './connections.ts'
import { originForPeople, type Limits } from './place.ts'

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024

/** One hop of a request. */
export interface Hop {
  readonly request: Request
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: Buffer
}

/** Sends one hop to one of the checked addresses, and to no other, and reads the whole answer. */
export async function sendOnce(hop: Hop, addresses: readonly LookupAddress[], limits: Limits): Promise<Response> {
  const { signal } = hop.request
  try {
    const answer = await open(hop, { ...optionsOf(hop, addresses), lookup: pinned(addresses), signal })
    const body = await readWhole(answer, limits.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES)
    return responseOf(answer, body)
  } catch (cause) {
    signal.throwIfAborted()
    throw new Error(`the request to ${originForPeople(hop.url)} failed: ${reasonOf(cause)}`, { cause })
  }
}

function optionsOf(hop: Hop, addresses: readonly LookupAddress[]): RequestOptions {
  const headers = { ...Object.fromEntries(hop.headers), 'accept-encoding': 'identity' }
  const length = hop.body.length > 0 || hop.method === 'POST' || hop.method === 'PUT'
  return {
    method: hop.method,
    headers: length ? { ...headers, 'content-length': hop.body.length } : headers,
    agent: connectionsTo(hop.url, addresses),
  }
}

function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses
  return (_host, options, answer) => {
    if (options.all) answer(null, [...addresses])
    else answer(null, first?.address ?? '', first?.family)
  }
}

function open(hop: Hop, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = hop.url.protocol === 'https:' ? requestHttps : requestHttp
    send(hop.url, options, resolve).on('error', reject).end(hop.body)
  })
}

async function readWhole(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  if (!answer.complete) throw new Error('the answer broke off')
  return Buffer.concat(chunks)
}

function responseOf(answer: IncomingMessage, body: Buffer): Response {
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new Error('the answer is in an encoding that was not asked for')
  const status = answer.statusCode ?? 0
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  return new Response([204, 205, 304].includes(status) ? null : new Uint8Array(body), { status, headers })
}

/** Codes and our own words only: a library's message may repeat the URL. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return code ?? message ?? 'no reason given'
}
