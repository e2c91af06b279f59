import type { LookupAddress } from 'node:dns'
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { connectionsTo } from './connections.ts'
import { originForPeople, type Limits } from './place.ts'

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024

/** One hop of a request; the names of its headers in lower case. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signal: AbortSignal
}

/** A whole answer, as it came: no status is an error. The names of its headers are in lower case. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly body: Buffer
}

/** Sends one hop to one of the checked addresses, and to no other, and reads the whole answer. */
export async function sendOnce(hop: Hop, addresses: readonly LookupAddress[], limits: Limits): Promise<Answer> {
  const { signal } = hop
  signal.throwIfAborted()
  const whole = new WholeAnswer(limits.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES)
  const end = (): void => whole.giveUp(signal.reason as Error)
  signal.addEventListener('abort', end, { once: true })
  try {
    connectionsTo(hop.url, addresses).dispatch(optionsOf(hop), whole)
    return await whole.answer
  } catch (cause) {
    signal.throwIfAborted()
    throw new Error(`the request to ${originForPeople(hop.url)} failed: ${reasonOf(cause)}`, { cause })
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function optionsOf({ url, method, headers, body }: Hop): Dispatcher.DispatchOptions {
  const length = body.length > 0 || method === 'POST' || method === 'PUT'
  return {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    body: length ? body : null,
  }
}

/** Gathers an answer, up to a cap. */
class WholeAnswer implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>
  readonly #settled = Promise.withResolvers<Answer>()
  readonly #maxBytes: number
  readonly #chunks: Buffer[] = []
  #size = 0
  #head: Pick<Answer, 'status' | 'headers'> | undefined
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.answer = this.#settled.promise
  }

  /** Also where no connection is there yet: then nothing is sent once there is one. */
  giveUp(reason: Error): void {
    this.#givenUp = reason
    this.#controller?.abort(reason)
    this.#settled.reject(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#givenUp !== undefined) controller.abort(this.#givenUp)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    const { 'content-encoding': encoding = 'identity' } = headers
    if (encoding !== 'identity') this.giveUp(new Error('the answer is in an encoding that was not asked for'))
    this.#head = { status, headers }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#maxBytes) this.giveUp(new Error(`the answer is larger than ${this.#maxBytes} bytes`))
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [only = Buffer.alloc(0), ...more] = this.#chunks
    const body = more.length === 0 ? only : Buffer.concat(this.#chunks)
    if (this.#head === undefined) this.#settled.reject(new Error('the answer has no status'))
    else this.#settled.resolve({ ...this.#head, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settled.reject(error)
  }
}

/** Codes and our own words only: a library's message may repeat the URL. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'UND_ERR_SOCKET') return 'the connection was closed before the answer was whole'
  return code ?? message ?? 'no reason given'
}
