import type { LookupAddress } from 'node:dns'
import { checkedAddresses, originForPeople, RequestRefused, type Limits } from './place.ts'
import { sendOnce, type Hop } from './send.ts'

const MAX_REDIRECTS = 5
/** What another origin may see of a redirected request: no credential is among these. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent'])

/**
 * A `fetch` that reaches only allowed places (G32): it connects to the very address that it checked, and checks every
 * redirect like a new request. Throws `RequestRefused` where nothing was sent. Answers are read whole, up to a cap.
 */
export function guardedFetch(limits: Limits): typeof fetch {
  return async (input, init) => {
    refuseOddUrl(input)
    const request = input instanceof Request && init === undefined ? input : new Request(input, init)
    const body = request.body === null ? Buffer.alloc(0) : Buffer.from(await request.arrayBuffer())
    return follow(
      { request, url: new URL(request.url), method: request.method, headers: request.headers, body },
      limits,
    )
  }
}

/** The platform's own errors would repeat such a URL, password included. */
function refuseOddUrl(input: string | URL | Request): void {
  if (input instanceof Request) return
  const url = URL.canParse(String(input)) ? new URL(input) : undefined
  if (url === undefined) throw new RequestRefused('the request has no valid URL')
  if (url.username || url.password)
    throw new RequestRefused(`the URL for ${originForPeople(url)} carries a user name: use a header`)
}

async function follow(first: Hop, limits: Limits): Promise<Response> {
  let hop = first
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await sendOnce(hop, await addressesFor(hop, limits, redirects), limits)
    const location = response.headers.get('location')
    if (!isRedirect(response.status) || location === null || first.request.redirect === 'manual') return response
    if (first.request.redirect === 'error')
      throw new Error(`${originForPeople(hop.url)} redirected, which was not wanted`)
    hop = nextHop(hop, response.status, location)
  }
  throw new Error(`${originForPeople(first.url)} redirected more than ${MAX_REDIRECTS} times`)
}

/** `RequestRefused` promises that nothing was sent: it is another error once there was a redirect. */
async function addressesFor(hop: Hop, limits: Limits, redirects: number): Promise<readonly LookupAddress[]> {
  hop.request.signal.throwIfAborted()
  try {
    return await abortable(checkedAddresses(hop.url, limits), hop.request.signal)
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
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url) : undefined
  if (!url) throw new Error(`${originForPeople(hop.url)} redirected to what is no URL`)
  const headers = url.origin === hop.url.origin ? hop.headers : onlyHarmless(hop.headers)
  const toGet = (status === 303 && hop.method !== 'HEAD') || (status < 303 && hop.method === 'POST')
  return toGet ? { ...hop, url, headers, method: 'GET', body: Buffer.alloc(0) } : { ...hop, url, headers }
}

function onlyHarmless(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => harmless.has(name)))
}

/** Name resolution knows no signal: waiting for it ends with the signal all the same. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
