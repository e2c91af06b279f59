import type { LookupAddress } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

/** An idle connection is closed by us before a server closes it: a request is not sent into a connection that just ends. */
const IDLE_MS = 2_000

/** So many places are kept apart; the one that was used first is forgotten when there are more. */
const MOST = 64

const known = new Map<string, HttpAgent | HttpsAgent>()

/**
 * The connections to a place, kept for the next request. They belong to the very addresses that were checked: where a name has
 * come to mean another address, none of them is used (G32). No proxy of the environment, and nobody else's sockets.
 */
export function connectionsTo(url: URL, addresses: readonly LookupAddress[]): HttpAgent | HttpsAgent {
  const key = [url.origin, ...addresses.map(({ address }) => address).sort()].join(' ')
  const agent = known.get(key) ?? newAgent(url)
  known.set(key, agent)
  forgetOldest()
  return agent
}

function newAgent({ protocol }: URL): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, timeout: IDLE_MS }
  return protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
}

function forgetOldest(): void {
  const [oldest] = known.keys()
  if (known.size <= MOST || oldest === undefined) return
  known.get(oldest)?.destroy()
  known.delete(oldest)
}
