import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { startLab, type Lab, type LabOptions } from '../../lab/start-lab.ts'
import type { components } from '../../schemas/generated/platform.ts'
import { services } from '../support/services.ts'
import { expectContract } from './contract-check.ts'

type Schemas = components['schemas']

/** What the platform answered. */
export interface Answered<B> {
  readonly status: number
  readonly body: B
  readonly nonce: string | null
  readonly sentNonce: string
  readonly operationId: string
}

export interface Asked {
  readonly body?: unknown
  readonly key?: string
  readonly token?: string
  /** A `Fencing-Token` header. */
  readonly fencing?: string
  readonly signal?: AbortSignal
}

/** A lab for the tests of one file, and a client that holds every answer against the contract. */
export function practice(options: Partial<LabOptions> = {}) {
  let lab: Lab
  beforeAll(async () => {
    const { postgres, nats } = services()
    lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url, trafficTailMs: 200, ...options })
  })
  afterAll(() => lab.stop())

  async function ask<B>(method: string, path: string, asked: Asked = {}): Promise<Answered<B>> {
    const sentNonce = randomUUID()
    const response = await fetch(lab.url + path, {
      method,
      headers: {
        authorization: `Bearer ${asked.token ?? lab.token}`,
        'x-request-nonce': sentNonce,
        ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
        ...(asked.fencing === undefined ? {} : { 'fencing-token': asked.fencing }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
    })
    const body = (await response.json()) as B
    const operationId = expectContract({ method, path: new URL(response.url).pathname }, response.status, body)
    return { status: response.status, body, nonce: response.headers.get('x-request-nonce'), sentNonce, operationId }
  }

  async function admin<B>(method: string, path: string, body?: unknown): Promise<B> {
    const response = await fetch(lab.adminUrl + path, {
      method,
      headers: { authorization: `Bearer ${lab.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as B
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }

  /** An environment that no other test knows, with `shop` at a good version 1 and, on request, at a bad version. */
  async function environment(): Promise<Environment> {
    const name = `env-${randomUUID().slice(0, 8)}`
    const app = `app-${randomUUID().slice(0, 8)}`
    await admin('POST', '/environments', { environment: name, apps: [app] })
    return environmentOf({ name, app }, ask, admin)
  }

  return {
    lab: () => lab,
    ask,
    admin,
    environment,
    fault: (fault: object) => admin<{ id: number }>('POST', '/faults', fault),
  }
}

type Ask = ReturnType<typeof practice>['ask']
type Admin = ReturnType<typeof practice>['admin']
export type Environment = ReturnType<typeof environmentOf>

function environmentOf({ name, app }: { name: string; app: string }, ask: Ask, admin: Admin) {
  const path = `/v1/environments/${name}`
  const route = `${path}/apps/${app}`
  const read = async <B>(what: string): Promise<B> => (await ask<B>('GET', `${route}/${what}`)).body
  return {
    name,
    app,
    path,
    route,
    promote: (version: number, more: object = {}) =>
      admin<{ digest: string; epoch: number; operation: string; state: string }>('POST', '/promote', {
        environment: name,
        app,
        version,
        ...more,
      }),
    owner: () => read<Schemas['RouteOwner']>('route-owner'),
    previous: () => read<Schemas['PreviousOwner']>('previous-owner'),
    edges: () => read<Schemas['EdgeRoutes']>('edge-routes'),
    allocations: () => read<Schemas['Allocations']>('allocations'),
    history: () => read<Schemas['OwnerHistory']>('owner-history'),
    fit: (digest: string) => read<Schemas['ArtifactFit']>(`artifact-fit/${digest}`),
    rollback: (to: string, expectedEpoch: number, more: Asked = {}) =>
      ask<Schemas['OperationAnswer'] & Schemas['Problem']>('POST', '/v1/operations', {
        key: randomUUID(),
        body: { kind: 'rollback', environment: name, app, to, expected_epoch: expectedEpoch },
        ...more,
      }),
    freeze: (lastsMs: number, more: Asked = {}) =>
      ask<Schemas['OperationAnswer'] & Schemas['Problem']>('PUT', `${path}/promotion-freeze`, {
        key: randomUUID(),
        body: { expires_at: new Date(Date.now() + lastsMs).toISOString(), reason: 'a test' },
        ...more,
      }),
  }
}

/** Asks the platform to burn a key. */
export function voidKey(ask: Ask, key: string) {
  return ask<Schemas['OperationAnswer'] & Schemas['Problem']>('POST', '/v1/operations', { key, body: { kind: 'void' } })
}

/** Looks again and again until it holds; fails with what was seen last. */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (Date.now() > deadline) expect.fail(`it did not come to hold: ${JSON.stringify(seen)}`)
    await delay(10)
  }
}
