import type { LookupAddress } from 'node:dns'
import { checkedAddresses, originForPeople, plainUrl, RequestRefused, type Limits } from './place.ts'
import { sendOnce, type Answer, type Hop } from './send.ts'

const MAX_REDIRECTS = 5
/** What another origin may see of a redirected request: no credential is among these. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent'])

/** One request, and what becomes of a redirect: it is followed, handed back, or an error. */
export interface Outgoing {
  readonly url: string | URL
  /** `GET` where it is not given. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
  readonly redirect?: 'follow' | 'manual' | 'error'
}

/** Has one exchange over HTTP. */
export type SendRequest = (outgoing: Outgoing) => Promise<Answer>

/**
 * Requests that reach only allowed places (G32): they connect to the very address that was checked, and each redirect is
 * checked like a new request. Throws `RequestRefused` where nothing was sent. Answers are read whole, up to a cap.
 */
export function guardedRequest(limits: Limits): SendRequest {
  return async ({ url, method = 'GET', headers = {}, body = '', signal, redirect = 'follow' }) =>
    follow(
      { url: plainUrl(url), method, headers: lowerCase(headers), body: Buffer.from(body), signal },
      { redirect, limits },
    )
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

async function follow(
  first: Hop,
  { redirect, limits }: { readonly redirect: Outgoing['redirect']; readonly limits: Limits },
): Promise<Answer> {
  let hop = first
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await sendOnce(hop, await addressesFor(hop, limits, redirects), limits)
    const { location } = answer.headers
    if (!isRedirect(answer.status) || location === undefined || redirect === 'manual') return answer
    if (redirect === 'error') throw new Error(`${originForPeople(hop.url)} redirected, which was not wanted`)
    hop = nextHop(hop, answer.status, location)
  }
  throw new Error(`${originForPeople(first.url)} redirected more than ${MAX_REDIRECTS} times`)
}

/** `RequestRefused` promises that nothing was sent: it is another error once there was a redirect. */
async function addressesFor(hop: Hop, limits: Limits, redirects: number): Promise<readonly LookupAddress[]> {
  hop.signal.throwIfAborted()
  try {
    const addresses = checkedAddresses(hop.url, limits)
    return addresses instanceof Promise ? await abortable(addresses, hop.signal) : addresses
  } catch (cause) {
    if (redirects === 0 || !(cause instanceof RequestRefused)) throw cause
    throw new Error(`a redirect was not followed: ${cause.message}`, { cause })
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** As the Fetch standard has it: 303, and 301 or 302 after a POST, become a GET without a body. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.url.href)
  if (url === null) throw new Error(`${originForPeople(hop.url)} redirected to what is no URL`)
  const headers = url.origin === hop.url.origin ? hop.headers : onlyHarmless(hop.headers)
  const toGet = (status === 303 && hop.method !== 'HEAD') || (status < 303 && hop.method === 'POST')
  return toGet ? { ...hop, url, headers, method: 'GET', body: Buffer.alloc(0) } : { ...hop, url, headers }
}

function onlyHarmless(headers: Hop['headers']): Hop['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name)))
}

/** Name resolution knows no signal: waiting for it ends with the signal all the same. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
