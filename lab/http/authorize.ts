import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { PlatformProblem } from './problem.ts'

/** Throws unless the request carries the token; compared in constant time. */
export function authorize(incoming: IncomingMessage, token: string): void {
  const [scheme, given] = (incoming.headers.authorization ?? '').split(' ')
  if (scheme === 'Bearer' && given !== undefined && timingSafeEqual(hash(given), hash(token))) return
  throw new PlatformProblem('unauthorized', 'a bearer token is required, and this request has none that is valid')
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
