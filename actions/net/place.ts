import { lookup } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { isOwn, kindOf } from './address.ts'

/** A place that requests may go to: a configured connection, or an entry of the operator's allowlist. */
export interface AllowedPlace {
  /** An origin, or an origin and the beginning of a path. */
  readonly url: string
  /** May it be on this machine or in a private network? Sensitive addresses must be written as such in `url`. */
  readonly allowPrivate: boolean
}

/** Which requests may go out. */
export interface Limits {
  readonly allow: readonly AllowedPlace[]
  /** Ports on which Runproof itself listens: reached only by an entry that writes the address out. */
  readonly ownPorts?: readonly number[]
  /** Largest answer in bytes; 4 MiB where it is not given. */
  readonly maxBodyBytes?: number
  /** How names become addresses; the system's way where it is not given. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>
}

/** Thrown before anything was sent: the request may not go there. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

/**
 * Resolves the host of a URL and returns the addresses that may be connected to; at once, where it is an address itself. Throws
 * `RequestRefused`.
 */
export function checkedAddresses(
  url: URL,
  limits: Limits,
): readonly LookupAddress[] | Promise<readonly LookupAddress[]> {
  const place = allowedPlace(url, limits.allow)
  const host = hostOf(url)
  const family = isIP(host)
  if (family !== 0) return checked([{ address: host, family }], { url, place, limits })
  return resolve(host, limits).then((addresses) => checked(addresses, { url, place, limits }))
}

function checked(
  addresses: readonly LookupAddress[],
  { url, place, limits }: { readonly url: URL; readonly place: AllowedPlace; readonly limits: Limits },
): readonly LookupAddress[] {
  for (const { address } of addresses) refuseForbidden({ url, address }, place, limits)
  return addresses
}

/** A URL as it may be asked. Throws `RequestRefused`: an error of a library would repeat an odd one, password included. */
export function plainUrl(given: string | URL): URL {
  const url = URL.parse(String(given))
  if (url === null) throw new RequestRefused('the request has no valid URL')
  if (url.username || url.password)
    throw new RequestRefused(`the URL for ${originForPeople(url)} carries a user name: use a header`)
  return url
}

/** A URL for people: no user, no password, no path, no query. */
export function originForPeople(url: URL): string {
  return url.host ? `${url.protocol}//${url.host}` : url.protocol
}

function allowedPlace(url: URL, allow: readonly AllowedPlace[]): AllowedPlace {
  const place = allow.find((candidate) => covers(urlOf(candidate), url))
  if (place) return place
  throw new RequestRefused(
    `no connection and no allowlist entry allows a request to ${originForPeople(url)}; add one if it is meant`,
  )
}

const parsed = new WeakMap<AllowedPlace, URL>()

function urlOf(place: AllowedPlace): URL {
  const url = parsed.get(place) ?? new URL(place.url)
  parsed.set(place, url)
  return url
}

/** Same origin, and the path lies below; an encoded `..` could leave it again behind a proxy. */
function covers(place: URL, url: URL): boolean {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
  const prefix = place.pathname.replace(/\/$/, '')
  const below = url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)
  return place.origin === url.origin && below && !/(^|\/|%2f|\\|%5c)(\.|%2e){2}($|\/|%2f|\\|%5c)/i.test(url.pathname)
}

async function resolve(host: string, limits: Limits): Promise<readonly LookupAddress[]> {
  const addresses = await (limits.resolve ?? systemLookup)(host).catch(() => [])
  if (addresses.length > 0) return addresses
  throw new RequestRefused(`the host \`${host}\` has no address`)
}

function systemLookup(host: string): Promise<readonly LookupAddress[]> {
  return lookup(host, { all: true })
}

function refuseForbidden(
  { url, address }: { readonly url: URL; readonly address: string },
  place: AllowedPlace,
  limits: Limits,
): void {
  const kind = kindOf(address)
  const writtenOut = isIP(hostOf(url)) !== 0 || url.hostname === 'localhost'
  if (kind !== 'public' && !place.allowPrivate)
    throw new RequestRefused(
      `${originForPeople(url)} is ${address}, an inside address, and its entry does not say that it may be`,
    )
  if (kind === 'sensitive' && !writtenOut)
    throw new RequestRefused(`${originForPeople(url)} is ${address}, a link-local or metadata address`)
  if ((limits.ownPorts ?? []).includes(portOf(url)) && !writtenOut && isOwn(address))
    throw new RequestRefused(`${originForPeople(url)} is Runproof itself`)
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}
