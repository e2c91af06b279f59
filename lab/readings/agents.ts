import { askAll } from '../bus/agent.ts'
import type { EdgeAnswer, EdgeQuestion } from '../followers/edge.ts'
import type { HostAnswer } from '../followers/host.ts'
import { routeOf, type Reading } from './answer.ts'
import { requireRoute } from './identity.ts'

/** What each edge routes now: the edges are asked in this request. */
export const edgeRoutes: Reading<'edgeRoutes'> = async ({ pool, bus, fleet }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  const question: EdgeQuestion = { ...route, ask: 'entry' }
  const { complete, answers } = await askAll<EdgeAnswer>(bus, fleet.edgeNames, question)
  return { complete, items: answers.flatMap(({ entry }) => (entry === undefined ? [] : [entry])) }
}

/** What runs now: the hosts are asked in this request. */
export const allocations: Reading<'allocations'> = async ({ pool, bus, fleet }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  const { complete, answers } = await askAll<HostAnswer>(bus, fleet.hostNames, route)
  return { complete, items: answers.flatMap(({ items }) => items) }
}
