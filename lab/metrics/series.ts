import { readFit } from '../readings/schema.ts'
import type { Queries } from '../database/transaction.ts'
import type { Platform } from '../platform.ts'
import type { Route } from '../route.ts'

/** Requests per second of one edge. */
const EDGE_RATE = 40

/** One series of `http_requests_total`, as its rate. */
export interface Series {
  readonly labels: Readonly<Record<'environment' | 'app' | 'digest' | 'code', string>>
  readonly rate: number
}

/** What every route served at a time, in milliseconds since 1970. */
export async function measureAll(platform: Platform, at: number): Promise<Series[]> {
  const { rows } = await platform.pool.query<Route>('SELECT environment, app FROM placements ORDER BY environment, app')
  const all = await Promise.all(rows.map((route) => measureTraffic(platform, route, at)))
  return all.flat()
}

/** What one route served: of each edge, the digests that take traffic, with the errors that they make. */
export async function measureTraffic(platform: Platform, route: Route, at: number): Promise<Series[]> {
  const served = new Map<string, number>()
  for (const edge of platform.fleet.edges) {
    const digests = edge.serving(route, at, platform.trafficTailMs)
    for (const digest of digests) served.set(digest, (served.get(digest) ?? 0) + EDGE_RATE / digests.length)
  }
  const all = await Promise.all(
    [...served].map(([digest, rate]) => seriesOf(platform.pool, { ...route, digest }, rate)),
  )
  return all.flat()
}

/** A counter of a code exists only once there was such an answer, as in a real service. */
async function seriesOf(queries: Queries, served: Route & { digest: string }, rate: number): Promise<Series[]> {
  const ratio = await errorRatio(queries, served)
  const labels = { environment: served.environment, app: served.app, digest: served.digest }
  const series = [
    { labels: { ...labels, code: '200' }, rate: rate * (1 - ratio) },
    { labels: { ...labels, code: '500' }, rate: rate * ratio },
  ]
  return series.filter((one) => one.rate > 0)
}

/** An artifact that does not fit the database fails every request; a digest that was never built answers nothing else. */
async function errorRatio(queries: Queries, { digest, ...route }: Route & { digest: string }): Promise<number> {
  const { rows } = await queries.query<{ error_ratio: number }>('SELECT error_ratio FROM artifacts WHERE digest = $1', [
    digest,
  ])
  const [artifact] = rows
  if (artifact === undefined) return 1
  return (await readFit(queries, route, digest)).schema_fits ? artifact.error_ratio : 1
}
