import { routeOf, type Answer, type Reading } from './answer.ts'
import { requireRoute } from './identity.ts'

/** The runtime services that the app is bound to; the control plane is their authority, so the list is whole. */
export const bindings: Reading<'bindings'> = async ({ pool }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  const { rows } = await pool.query<Answer<'bindings'>['items'][number]>(
    'SELECT binding, state, provider FROM bindings WHERE environment = $1 AND app = $2 ORDER BY binding',
    [route.environment, route.app],
  )
  return { complete: true, items: rows }
}
