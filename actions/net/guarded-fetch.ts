import { guardedRequest } from './guarded-request.ts'
import { plainUrl, type Limits } from './place.ts'
import type { Answer } from './send.ts'

/** A `fetch` over guarded requests, for whoever wants the objects of the Fetch standard. */
export function guardedFetch(limits: Limits): typeof fetch {
  const send = guardedRequest(limits)
  return async (input, init) => {
    if (!(input instanceof Request)) plainUrl(input)
    const request = input instanceof Request && init === undefined ? input : new Request(input, init)
    const body = request.body === null ? Buffer.alloc(0) : Buffer.from(await request.arrayBuffer())
    const { url, method, signal, redirect } = request
    const headers = Object.fromEntries(request.headers)
    return responseOf(await send({ url, method, headers, body, signal, redirect }))
  }
}

function responseOf({ status, headers: named, body }: Answer): Response {
  const headers = Object.entries(named).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  )
  const whole = [204, 205, 304].includes(status) ? null : new Uint8Array(body)
  return new Response(whole, { status, headers })
}
