import type { components } from '../../schemas/generated/platform.ts'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Route } from '../route.ts'
import { routeOf, type Reading } from './answer.ts'

/** An environment, its class and its apps. */
export const environment: Reading<'environment'> = async ({ pool }, { path }) => {
  const id = path['environment'] ?? ''
  const { rows } = await pool.query<{ class: components['schemas']['EnvironmentClass']; apps: string[] }>(
    `SELECT class, ARRAY(SELECT app FROM placements WHERE environment = id ORDER BY app) AS apps
     FROM environments WHERE id = $1`,
    [id],
  )
  const [found] = rows
  if (found === undefined) throw new PlatformProblem('environment-not-found', `there is no environment ${id}`)
  return { environment: id, ...found }
}

/** An app in an environment. */
export const app: Reading<'app'> = async ({ pool }, request) => {
  const route = routeOf(request)
  await requireRoute(pool, route)
  return { ...route }
}

/** Throws unless the environment exists. */
export async function requireEnvironment(queries: Queries, id: string): Promise<void> {
  const { rowCount } = await queries.query('SELECT 1 FROM environments WHERE id = $1', [id])
  if (rowCount === 0) throw new PlatformProblem('environment-not-found', `there is no environment ${id}`)
}

/** Throws unless the app exists in the environment. */
export async function requireRoute(queries: Queries, { environment, app }: Route): Promise<void> {
  await requireEnvironment(queries, environment)
  const { rowCount } = await queries.query('SELECT 1 FROM placements WHERE environment = $1 AND app = $2', [
    environment,
    app,
  ])
  if (rowCount === 0) throw new PlatformProblem('app-not-found', `there is no app ${app} in ${environment}`)
}
