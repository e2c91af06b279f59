import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent } from 'undici'

/** An idle connection is closed by us before a server closes it: a request is not sent into a connection that just ends. */
const IDLE_MS = 2_000

/** How long an answer may take is said by the signal of its request, and by nothing else. */
const NO_TIME_OF_ITS_OWN = { headersTimeout: 0, bodyTimeout: 0 }

/** An answer that a server breaks off passes for a whole one in HTTP/2, where undici takes a reset stream for its end. */
const PROTOCOL = { allowH2: false, pipelining: 1 }

/** So many places are kept apart; the one that was used first is forgotten when there are more. */
const MOST = 64

const known = new Map<string, Agent>()

/**
 * The connections to a place, kept for the next request. They belong to the very addresses that were checked: where a name has
 * come to mean another address, none of them is used (G32). No proxy of the environment, and nobody else's sockets.
 */
export function connectionsTo(url: URL, addresses: readonly LookupAddress[]): Agent {
  const key = [url.origin, ...addresses.map(({ address }) => address).sort()].join(' ')
  const agent = known.get(key) ?? agentFor(addresses)
  known.set(key, agent)
  forgetOldest()
  return agent
}

function agentFor(addresses: readonly LookupAddress[]): Agent {
  const idle = { keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS }
  return new Agent({ ...idle, ...NO_TIME_OF_ITS_OWN, ...PROTOCOL, connect: { lookup: pinned(addresses) } })
}

/** Whatever name is asked about: the answer is the addresses that were checked. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses
  return (_host, options, answer) => {
    if (options.all) answer(null, [...addresses])
    else answer(null, first?.address ?? '', first?.family)
  }
}

/** Requests that are under way on it still end. */
function forgetOldest(): void {
  const [oldest] = known.keys()
  if (known.size <= MOST || oldest === undefined) return
  void known.get(oldest)?.close()
  known.delete(oldest)
}
