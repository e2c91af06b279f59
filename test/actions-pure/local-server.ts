import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as the server saw it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the server answers: a JSON body, or a text, or whatever a handler does with the response. */
export type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
}

/** A real HTTP server on this machine that ends with the test; it keeps what it was asked. */
export async function serve(answer: (seen: Seen, response: ServerResponse) => Answer | undefined) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const now = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      seen.push(now)
      const given = answer(now, response)
      if (given) reply(response, given)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise((resolve) => void server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, seen }
}

function reply(response: ServerResponse, { status = 200, headers = {}, json, text }: Answer): void {
  const type = json === undefined ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(json === undefined ? text : JSON.stringify(json))
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString('utf8')
  return body
}
