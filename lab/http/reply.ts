import type { ServerResponse } from 'node:http'

/** What is sent back. */
export interface Reply<B extends object | string = object | string> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** An object is sent as JSON, text as it is. */
  readonly body: B
}

/** A reply in JSON. */
export function json(status: number, body: object): Reply<object> {
  return { status, headers: { 'content-type': 'application/json' }, body }
}

/** Sends a reply. */
export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response
    .writeHead(status, { ...headers, 'cache-control': 'no-store' })
    .end(typeof body === 'string' ? body : JSON.stringify(body))
}
