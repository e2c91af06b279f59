import { Refused } from '../define.ts'
import type { Outgoing } from '../net/guarded-request.ts'
import type { Method } from './contract.ts'

/** What a request fills in, whichever it is. */
export interface Parts {
  readonly params: {
    readonly path?: Readonly<Record<string, string>>
    readonly query?: Readonly<Record<string, string | undefined>>
    readonly header?: Readonly<Record<string, string | undefined>>
  }
  readonly body?: object
}

/** Where a request goes, before it is filled in: `url` has its path's `{names}`; `every` are the headers that each request has. */
interface Template {
  readonly method: Method
  readonly url: string
  readonly every: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** The request: each name of the path and each value of the query is percent-encoded, the body is JSON. Throws `Refused`. */
export function outgoing({ method, url, every, signal }: Template, { params, body }: Parts): Outgoing {
  const { path = {}, query = {}, header = {} } = params
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  return {
    method: method.toUpperCase(),
    url: `${filled(url, path)}${asked(query)}`,
    headers: { ...every, accept: 'application/json', ...content, ...given(header) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // The connection, not a server, says where an effect goes.
    redirect: method === 'get' ? 'follow' : 'error',
    signal,
  }
}

function filled(url: string, path: Readonly<Record<string, string>>): string {
  return url.replace(/\{(\w+)\}/g, (_, name: string) => segment(path[name] ?? '', name))
}

/** With nothing, or with dots, in the place of a name it would be another path. */
function segment(value: string, name: string): string {
  if (['', '.', '..'].includes(value) || !value.isWellFormed())
    throw new Refused(`the \`${name}\` that the platform was to be asked about is no path segment`)
  return encodeURIComponent(value)
}

function asked(query: NonNullable<Parts['params']['query']>): string {
  const pairs = Object.entries(given(query)).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
