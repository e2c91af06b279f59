import type { LookupAddress } from 'node:dns'
import { request as sendRequest } from 'undici'
import type { Dispatcher } from 'undici'
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
    const answer = await sendRequest(hop.url, {
      ...optionsOf(hop),
      dispatcher: connectionsTo(hop.url, addresses),
      signal,
    })
    const body = await readWhole(answer, limits.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES)
    return responseOf(answer, body)
  } catch (cause) {
    signal.throwIfAborted()
    throw new Error(`the request to ${originForPeople(hop.url)} failed: ${reasonOf(cause)}`, { cause })
  }
}

type Options = Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>

function optionsOf({ method, headers, body }: Hop): Options {
  const length = body.length > 0 || method === 'POST' || method === 'PUT'
  return {
    method,
    headers: { ...Object.fromEntries(headers), 'accept-encoding': 'identity' },
    body: length ? body : null,
  }
}

async function readWhole({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function responseOf({ statusCode, headers: named }: Dispatcher.ResponseData, body: Buffer): Response {
  const headers = Object.entries(named).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  )
  const encoding = headers.find(([name]) => name === 'content-encoding')
  if (encoding !== undefined && encoding[1] !== 'identity')
    throw new Error('the answer is in an encoding that was not asked for')
  const whole = [204, 205, 304].includes(statusCode) ? null : new Uint8Array(body)
  return new Response(whole, { status: statusCode, headers })
}

/** Codes and our own words only: a library's message may repeat the URL. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'UND_ERR_SOCKET') return 'the connection was closed before the answer was whole'
  return code ?? message ?? 'no reason given'
}
