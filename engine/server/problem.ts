import { json } from './reply.ts'
import type { Reply } from './reply.ts'

/** Every way in which a request gets no answer of its own. */
const PROBLEMS = {
  'not-found': { status: 404, title: 'there is nothing here' },
  unauthorized: { status: 401, title: 'a valid bearer token is required' },
  'body-too-large': { status: 413, title: 'the body is too large' },
  'not-json': { status: 400, title: 'the body is not JSON' },
  'not-a-notification': { status: 400, title: 'the body is no notification of Alertmanager, version 4' },
  unavailable: { status: 503, title: 'this cannot be answered now' },
} as const

/** A request that is answered by a problem (RFC 9457): what is wrong, and what to do. It carries nothing of the request's body. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: keyof typeof PROBLEMS
  readonly hint: string

  constructor(code: keyof typeof PROBLEMS, detail: string, hint: string) {
    super(detail)
    this.code = code
    this.hint = hint
  }
}

/** The answer to a request that has a problem. */
export function problemReply({ code, message, hint }: Problem): Reply {
  const { status, title } = PROBLEMS[code]
  const body = { type: `urn:runproof:problem:${code}`, title, status, code, detail: message, hint }
  const reply = json(status, body)
  return { ...reply, headers: { ...reply.headers, 'content-type': 'application/problem+json', ...headersOf(status) } }
}

function headersOf(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="runproof"' }
  return status === 503 ? RETRY_SOON : {}
}

/** Asks for the same request again, in a moment. */
export const RETRY_SOON = { 'retry-after': '5' }
