import type { ActionContract, Contract, ReadingContract } from '../../schemas/contract.ts'
import type { ScalarKind, ValueType } from '../../schemas/value-type.ts'

/** Contracts of a small platform: what the checker is tried against. */
export const contracts: readonly Contract[] = [
  reading('platform.routeOwner', route(), { digest: is('digest'), epoch: is('epoch'), sinceChange: is('duration') }),
  reading('platform.previousOwner', route(), { digest: is('digest'), epoch: is('epoch') }),
  reading('platform.edgeRoutes', route(), {
    items: list({ edge: id('edge'), epoch: is('epoch'), digest: is('digest'), operation: maybe(id('operation')) }),
  }),
  reading('platform.bindings', route(), {
    items: list({ state: { kind: 'enum', of: 'binding-state', words: ['ready', 'degraded', 'missing'] } }),
  }),
  reading('platform.schemaState', route(), { migratedAt: { kind: 'time', clock: 'database' }, version: is('version') }),
  reading(
    'platform.artifactFit',
    { ...route(), digest: is('digest') },
    { schemaFits: is('bool'), migrations: is('count'), reason: is('text') },
  ),
  reading('platform.successorOf', { digest: is('digest') }, { digest: is('digest') }),
  reading(
    'platform.promotionFreeze',
    { environment: id('environment') },
    { active: is('bool'), since: { kind: 'time', clock: 'controlPlane' } },
  ),
  { ...reading('platform.errorLines', route(), { count: is('count') }), authority: 'diagnostic' },
  reading('prometheus.errorRatio', route(), { worst: is('digest'), ratio: is('ratio') }),
  reading('prometheus.query', { query: is('text') }, { value: is('ratio') }),
  action(
    'platform.rollbackRouteOwner',
    { ...route(), to: is('digest'), expectedEpoch: is('epoch') },
    {
      output: { epoch: is('epoch') },
      effects: { 'route.rollback': { environment: 'environment', app: 'app', to: 'to' } },
      premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
    },
  ),
  action(
    'platform.freezePromotions',
    { environment: id('environment'), lasts: is('duration') },
    {
      output: { until: { kind: 'time', clock: 'controlPlane' } },
      effects: { 'promotion.freeze': { environment: 'environment' } },
    },
  ),
  action(
    'platform.buildArtifact',
    { app: id('app'), ref: is('text') },
    { output: { digest: is('digest') }, effects: { 'artifact.build': { app: 'app' } } },
  ),
  action(
    'platform.writeEdgeRoute',
    { edge: id('edge'), digest: is('digest') },
    { output: { epoch: is('epoch') }, effects: { 'edge.write': { edge: 'edge' } } },
  ),
  reading(
    'platform.hosts',
    { environment: id('environment') },
    {
      items: list({
        host: id('host'),
        version: is('version'),
        gpus: list({ gpu: id('gpu'), busy: is('bool') }),
      }),
      total: is('count'),
    },
  ),
  reading('platform.hostState', { host: id('host') }, { version: is('version'), drained: is('bool') }),
  reading('platform.groups', route(), {
    items: list({ id: id('group'), quorum: is('count') }),
    keeper: id('host'),
    spare: maybe(id('host')),
  }),
  reading('platform.appsDue', {}, { items: list({ ...route(), ref: is('text') }) }),
  action(
    'platform.drainHost',
    { environment: id('environment'), host: id('host'), expectedVersion: is('version') },
    {
      output: { version: is('version'), host: id('host') },
      effects: { 'host.drain': { environment: 'environment', host: 'host', forGood: { literal: false } } },
      premise: { input: 'expectedVersion', reading: 'platform.hostState', field: 'version' },
    },
  ),
  action(
    'platform.undrainHost',
    { environment: id('environment'), host: id('host'), expectedVersion: is('version') },
    {
      output: { version: is('version') },
      effects: { 'host.undrain': { environment: 'environment', host: 'host' } },
      premise: { input: 'expectedVersion', reading: 'platform.hostState', field: 'version' },
    },
  ),
  action(
    'platform.tell',
    {
      ...route(),
      cause: { kind: 'enum', of: 'cause', words: ['behind', 'even', 'mixed', 'unknown', 'other'] },
      token: maybe(is('secretRef')),
    },
    { output: {}, effects: { 'status.publish': routeTarget() } },
  ),
]

function is(kind: ScalarKind): ValueType {
  return { kind }
}

function id(of: string): ValueType {
  return { kind: 'id', of }
}

function maybe(inner: ValueType): ValueType {
  return { kind: 'optional', inner }
}

function list(fields: Record<string, ValueType>): ValueType {
  return { kind: 'list', item: { kind: 'object', fields } }
}

function route(): Record<string, ValueType> {
  return { environment: id('environment'), app: id('app') }
}

function routeTarget(): Record<string, string> {
  return { environment: 'environment', app: 'app' }
}

function reading(name: string, input: Record<string, ValueType>, output: Record<string, ValueType>): ReadingContract {
  return { kind: 'reading', authority: 'authoritative', ...frame(name, input, output) }
}

function action(
  name: string,
  input: Record<string, ValueType>,
  rest: Pick<ActionContract, 'effects' | 'premise'> & { output: Record<string, ValueType> },
): ActionContract {
  const { output, effects, premise } = rest
  return { kind: 'action', ...frame(name, input, output), effects, ...(premise && { premise }) }
}

function frame(name: string, input: Record<string, ValueType>, output: Record<string, ValueType>) {
  return {
    name,
    summary: name,
    input: { kind: 'object', fields: input } as const,
    output: { kind: 'object', fields: output } as const,
    timeoutMs: 5000,
  }
}
