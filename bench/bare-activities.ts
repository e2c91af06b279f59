/** What a hand-written rollback is told. */
export interface BareRollback {
  readonly environment: string
  readonly app: string
  readonly to: string
  readonly expectedEpoch: number
  readonly key: string
}

/** Where the platform is, and how it is asked. */
export interface Place {
  readonly url: string
  readonly token: string
}

interface Owner {
  readonly epoch: number
}

interface History {
  readonly current: string
  readonly items: readonly { readonly digest: string; readonly healthy: boolean; readonly epoch: number }[]
}

interface Fit {
  readonly schema_fits: boolean
  readonly destructive_since: number
}

interface Freeze {
  readonly active: boolean
  readonly admits_promotions: boolean
}

type Ask = <T>(path: string, change?: { readonly key: string; readonly body: object }) => Promise<T>

export type BareActivities = ReturnType<typeof bareActivities>

/**
 * The activities of the hand-written workflow. They read, write and read back what a pass of the door does, side by side
 * wherever one answer does not need another, over connections that are kept; they leave no record.
 */
export function bareActivities(place: Place) {
  const ask = askOf(place)
  return {
    readOwner: async ({ environment, app }: Pick<BareRollback, 'environment' | 'app'>): Promise<Owner> =>
      ask(`${pathOf({ environment, app })}/route-owner`),
    rollBack: async (rollback: BareRollback): Promise<void> => {
      await refuseUnsafe(ask, rollback)
      await write(ask, rollback)
      await readBack(ask, rollback)
    },
  }
}

/** The readings of the rules on `route.rollback`, and their conditions in plain code. */
async function refuseUnsafe(ask: Ask, { to, expectedEpoch, ...route }: BareRollback): Promise<void> {
  const path = pathOf(route)
  const [owner, history, artifact, fit, freeze] = await Promise.all([
    ask<Owner>(`${path}/route-owner`),
    ask<History>(`${path}/owner-history`),
    ask<{ present: boolean; digest: string }>(`/artifacts/${to}`),
    ask<Fit>(`${path}/artifact-fit/${to}`),
    ask<Freeze>(`/environments/${route.environment}/promotion-freeze`),
  ])
  const served = history.items.some(({ digest, healthy, epoch }) => digest === to && healthy && epoch < expectedEpoch)
  const there = artifact.present && artifact.digest === to && to !== history.current
  const safe = fit.schema_fits && fit.destructive_since === 0
  const frozen = freeze.active && !freeze.admits_promotions
  if (owner.epoch !== expectedEpoch || !served || !there || !safe || !frozen)
    throw new Error('this rollback is not safe')
}

async function write(ask: Ask, { key, expectedEpoch, ...rollback }: BareRollback): Promise<void> {
  await ask('/operations', { key, body: { kind: 'rollback', ...rollback, expected_epoch: expectedEpoch } })
}

async function readBack(ask: Ask, { key }: BareRollback): Promise<void> {
  const { items } = await ask<{ items: readonly { kind: string }[] }>(
    `/operations?idempotency_key=${encodeURIComponent(key)}`,
  )
  if (items[0]?.kind !== 'rollback') throw new Error(`there is no rollback of the key ${key}`)
}

function pathOf({ environment, app }: Pick<BareRollback, 'environment' | 'app'>): string {
  return `/environments/${environment}/apps/${app}`
}

function askOf({ url, token }: Place): Ask {
  const authorization = `Bearer ${token}`
  return async <T>(path: string, change?: { readonly key: string; readonly body: object }): Promise<T> => {
    const response = await fetch(`${url}/v1${path}`, {
      method: change === undefined ? 'GET' : 'POST',
      headers: {
        authorization,
        ...(change === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': change.key }),
      },
      ...(change === undefined ? {} : { body: JSON.stringify(change.body) }),
    })
    if (!response.ok) throw new Error(`${path}: the platform answered ${response.status}`)
    return (await response.json()) as T
  }
}
