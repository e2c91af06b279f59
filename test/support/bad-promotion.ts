import { randomBytes } from 'node:crypto'
import type { components } from '../../schemas/generated/platform.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { JournalEntry } from '../../lab/admin/journal.ts'
import { eventually } from './eventually.ts'
import { admin } from './installation.ts'
import { journalOf } from './lab-records.ts'

type Schemas = components['schemas']

/** A changing request that stands still on the practice platform. */
export interface Held {
  readonly id: number
  readonly kind: string
  readonly idempotencyKey: string
}

/** An environment that no other test knows, with an app whose last promotion fails: what `bad-deploy` is for. */
export interface BadPromotion {
  readonly route: { readonly environment: string; readonly app: string }
  /** The digest that serves since the promotion, and the one before it. */
  readonly bad: string
  readonly good: string
  /** The epoch of the promotion. */
  readonly epoch: number
  /** Switches on a fault of requests about this environment alone. */
  fault(fault: object): Promise<number>
  /** Whether a fault still waits for requests. */
  waits(fault: number): Promise<boolean>
  /** Lets something happen to this app, now. */
  happen(what: string, more?: object): Promise<void>
  /** What clients have changed in this environment, in order. */
  changes(): Promise<string[]>
  owner(): Promise<Schemas['RouteOwner']>
}

/** Makes such an environment. */
export async function badPromotion(lab: Lab): Promise<BadPromotion> {
  const route = { environment: `env-${randomBytes(4).toString('hex')}`, app: `app-${randomBytes(4).toString('hex')}` }
  await admin(lab, 'POST', '/environments', { environment: route.environment, apps: [route.app] })
  const good = await ownerOf(lab, route)
  const promoted = { ...route, version: 2, errorRatio: 0.08 }
  const { digest, epoch } = await admin<{ digest: string; epoch: number }>(lab, 'POST', '/promote', promoted)
  return {
    route,
    good: good.digest,
    bad: digest,
    epoch,
    fault: async (fault) => (await admin<{ id: number }>(lab, 'POST', '/faults', inScope(fault, route))).id,
    waits: async (fault) => (await faultsOf(lab)).includes(fault),
    happen: async (what, more = {}) => void (await admin(lab, 'POST', `/${what}`, { ...route, ...more })),
    changes: async () =>
      (await journalOf(lab, route)).filter(({ origin }) => origin === 'client').map(({ what }) => what),
    owner: async () => ownerOf(lab, route),
  }
}

/** A happening in advance is about the app; a fault of requests about the environment. */
function inScope(fault: object, route: BadPromotion['route']): object {
  return 'with' in fault
    ? { ...fault, with: { ...route, ...(fault.with as object) } }
    : { environment: route.environment, ...fault }
}

async function faultsOf(lab: Lab): Promise<number[]> {
  return (await admin<{ items: { id: number }[] }>(lab, 'GET', '/faults')).items.map(({ id }) => id)
}

/** What was committed under the keys of one step of a run, in order. */
export async function underKeysOf(lab: Lab, runId: string, step: string): Promise<JournalEntry[]> {
  const { items } = await admin<{ items: JournalEntry[] }>(lab, 'GET', '/journal')
  return items.filter(({ idempotency_key: key }) => key?.startsWith(`${runId}/${step}/`) === true)
}

/** The request of a run that is held, once it is. */
export async function heldOf(lab: Lab, runId: string): Promise<Held> {
  return eventually(async () => {
    const { items } = await admin<{ items: Held[] }>(lab, 'GET', '/held')
    return items.find(({ idempotencyKey }) => idempotencyKey.startsWith(runId))
  }, `a held request of ${runId}`)
}

/** Lets a held request go on, or undoes it. */
export async function release(lab: Lab, { id }: Held, then: 'go' | 'abort'): Promise<void> {
  await admin(lab, 'POST', `/held/${id}/release`, { then })
}

async function ownerOf(lab: Lab, { environment, app }: BadPromotion['route']): Promise<Schemas['RouteOwner']> {
  const url = `${lab.url}/v1/environments/${environment}/apps/${app}/route-owner`
  const response = await fetch(url, { headers: { authorization: `Bearer ${lab.token}` } })
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return (await response.json()) as Schemas['RouteOwner']
}
