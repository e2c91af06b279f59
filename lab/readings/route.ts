import { PlatformProblem } from '../http/problem.ts'
import type { Queries } from '../database/transaction.ts'
import type { Route } from '../route.ts'
import { routeOf, type Answer, type Reading } from './answer.ts'
import { requireRoute } from './identity.ts'

/** The owner of a route, as the control plane has it. */
export const routeOwner: Reading<'routeOwner'> = async ({ pool }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  return readOwner(pool, route)
}

/** Reads the owner of a route that exists. */
export async function readOwner(queries: Queries, { environment, app }: Route): Promise<Answer<'routeOwner'>> {
  const { rows } = await queries.query<Answer<'routeOwner'>>(
    `SELECT digest, epoch, operation,
            floor(extract(epoch FROM clock_timestamp() - changed_at) * 1000)::float8 AS since_change_ms
     FROM route_owners WHERE environment = $1 AND app = $2`,
    [environment, app],
  )
  const [owner] = rows
  if (owner === undefined) throw new PlatformProblem('app-not-found', `${app} was never promoted to ${environment}`)
  return owner
}

/** The last healthy owner before the newest promotion, of another digest. */
export const previousOwner: Reading<'previousOwner'> = async ({ pool }, request) => {
  const route = routeOf(request)
  const { promotion } = await newestPromotion(pool, route)
  const { rows } = await pool.query<Answer<'previousOwner'>>(
    `SELECT digest, epoch FROM ownerships
     WHERE environment = $1 AND app = $2 AND healthy AND epoch < $3 AND digest <> $4 ORDER BY epoch DESC LIMIT 1`,
    [route.environment, route.app, promotion.epoch, promotion.digest],
  )
  const [previous] = rows
  if (previous !== undefined) return previous
  throw new PlatformProblem('no-previous-owner', `${route.app} had no healthy owner before epoch ${promotion.epoch}`)
}

/** The newest promotion that reached the edges. */
export const lastPromotion: Reading<'lastPromotion'> = async ({ pool }, request) => {
  const { promotion } = await newestPromotion(pool, routeOf(request))
  return promotion
}

/** Every owner, oldest first; the control plane is their only authority, so the list is whole. */
export const ownerHistory: Reading<'ownerHistory'> = async ({ pool }, request) => {
  const { environment, app } = routeOf(request)
  const { begunOrder } = await newestPromotion(pool, { environment, app })
  const { rows } = await pool.query<Answer<'ownerHistory'>['items'][number]>(
    `SELECT digest, epoch, healthy, built_order < $3 AS built_before, operation
     FROM ownerships JOIN artifacts a USING (digest) WHERE environment = $1 AND ownerships.app = $2 ORDER BY epoch`,
    [environment, app, begunOrder],
  )
  const { digest } = await readOwner(pool, { environment, app })
  return { current: digest, complete: true, items: rows }
}

type PromotionRow = Omit<Answer<'lastPromotion'>, 'started_at'> & { started_at: Date; begun_order: string }

async function newestPromotion(
  queries: Queries,
  route: Route,
): Promise<{ promotion: Answer<'lastPromotion'>; begunOrder: string }> {
  await requireRoute(queries, route)
  const { rows } = await queries.query<PromotionRow>(
    `SELECT id AS operation, state, result->>'digest' AS digest, (result->>'epoch')::integer AS epoch, started_at, begun_order,
            floor(extract(epoch FROM clock_timestamp() - reached_at) * 1000)::float8 AS since_reached_ms
     FROM operations WHERE environment = $1 AND app = $2 AND kind = 'promotion'
     ORDER BY (result->>'epoch')::integer DESC LIMIT 1`,
    [route.environment, route.app],
  )
  const [row] = rows
  if (row === undefined)
    throw new PlatformProblem('no-promotion', `${route.app} was never promoted to ${route.environment}`)
  const { begun_order: begunOrder, started_at, ...rest } = row
  return { promotion: { ...rest, started_at: started_at.toISOString() }, begunOrder }
}
