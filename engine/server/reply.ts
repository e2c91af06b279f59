import type { ServerResponse } from 'node:http'

/** What is sent back. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A reply in JSON. */
export function json(status: number, body: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` }
}

/** A reply in plain text, of the given type. */
export function text(status: number, body: string, type = 'text/plain; charset=utf-8'): Reply {
  return { status, headers: { 'content-type': type }, body }
}

/** Sends a reply; never to be kept by anything in between. */
export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, { 'cache-control': 'no-store', 'content-length': length, ...headers }).end(body)
}
