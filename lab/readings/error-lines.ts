import { measureTraffic } from '../metrics/series.ts'
import { routeOf, type Answer, type Reading } from './answer.ts'
import { requireRoute } from './identity.ts'

const SHOWN = 20
const WINDOW_S = 300

/** The newest error lines: written by what serves traffic, as often as its error ratio says. */
export const errorLines: Reading<'errorLines'> = async (platform, request) => {
  const route = routeOf(request)
  await requireRoute(platform.pool, route)
  const failing = (await measureTraffic(platform, route, Date.now())).filter((series) => series.labels.code === '500')
  const count = failing.reduce((sum, series) => sum + Math.round(series.rate * WINDOW_S), 0)
  const newest = failing.toSorted((a, b) => b.rate - a.rate)[0]?.labels.digest
  const lines = Array.from({ length: Math.min(count, SHOWN) }, (_, age) => lineOf(newest ?? '', age))
  return { count, items: newest === undefined ? [] : lines }
}

function lineOf(digest: string, age: number): Answer<'errorLines'>['items'][number] {
  const at = new Date(Date.now() - age * 1000).toISOString()
  return { at, digest, text: 'level=error msg="request failed" method=GET path=/checkout status=500' }
}
