import { randomUUID } from 'node:crypto'
import { askAdmin } from './admin.ts'
import type { Lab } from './lab.ts'

/** The app that everything is measured on. */
export const APP = 'shop'

/** An app in an environment of its own, with two healthy versions behind it, the second of which is serving. */
export interface Route {
  readonly environment: string
  readonly app: string
  readonly first: string
  readonly second: string
}

/** Makes an environment whose app has only ever had one version. */
export async function makeEnvironment(lab: Lab, environment: string): Promise<void> {
  await askAdmin(lab, '/environments', { environment, apps: [APP] })
}

/** Promotes a version, by the normal path. */
export async function promote(
  lab: Lab,
  promotion: { readonly environment: string; readonly version: number; readonly errorRatio: number },
): Promise<void> {
  await askAdmin(lab, '/promote', { ...promotion, app: APP })
}

/** Makes an environment in which the route can go to and fro, and nobody can promote meanwhile. */
export async function makeRoute(lab: Lab, environment: string): Promise<Route> {
  await makeEnvironment(lab, environment)
  await promote(lab, { environment, version: 2, errorRatio: 0.001 })
  await freeze(lab, environment)
  const history = await fetch(`${lab.url}/v1/environments/${environment}/apps/${APP}/owner-history`, {
    headers: { authorization: `Bearer ${lab.tokens.client}` },
  })
  const { items } = (await history.json()) as { items: { digest: string }[] }
  const [first, second] = items.map(({ digest }) => digest)
  if (first === undefined || second === undefined) throw new Error(`${environment} has not had two owners`)
  return { environment, app: APP, first, second }
}

async function freeze({ url, tokens }: Lab, environment: string): Promise<void> {
  const headers = {
    authorization: `Bearer ${tokens.client}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  }
  const body = JSON.stringify({ expires_at: new Date(Date.now() + 3_600_000).toISOString(), reason: 'a measurement' })
  const place = `${url}/v1/environments/${environment}/promotion-freeze`
  const response = await fetch(place, { method: 'PUT', headers, body })
  if (!response.ok) throw new Error(`${environment} could not be frozen: ${response.status} ${await response.text()}`)
}

/** How many requests the platform has answered so far, those of its admin API aside. */
export async function answeredSoFar(lab: Lab): Promise<number> {
  const { answered } = await askAdmin<{ answered: Record<string, number> }>(lab, '/counters')
  return Object.values(answered).reduce((sum, count) => sum + count, 0)
}
