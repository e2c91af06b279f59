import { z } from 'zod'

/** Reading requests, by the operation id of the contract. */
export const READINGS = [
  'environment',
  'app',
  'promotionFreeze',
  'lastPromotion',
  'routeOwner',
  'previousOwner',
  'ownerHistory',
  'edgeRoutes',
  'allocations',
  'schemaState',
  'bindings',
  'artifactFit',
  'errorLines',
  'artifact',
  'changesBetween',
  'operations',
  'operation',
] as const
/** Kinds of operations, by which mutating requests are told apart. */
export const CHANGES = ['promotion', 'rollback', 'freeze', 'lift-freeze', 'build', 'edge-write', 'void'] as const

export type ReadingId = (typeof READINGS)[number]
export type ChangeKind = (typeof CHANGES)[number]

/** What a fault may be set on. */
export const targetSchema = z.enum([...READINGS, ...CHANGES, 'webhooks', 'readings', 'changes', 'all'])
export type FaultTarget = z.infer<typeof targetSchema>

/** A request, as faults see it. */
export interface Call {
  readonly on: ReadingId | ChangeKind | 'webhooks'
  readonly environment?: string | undefined
  readonly app?: string | undefined
}

/** Where a fault applies; without environment or app, everywhere. */
export interface FaultScope {
  readonly on: FaultTarget
  readonly environment?: string | undefined
  readonly app?: string | undefined
}

/** Whether a request is one of those that the fault is set on. */
export function matches(scope: FaultScope, call: Call): boolean {
  return covers(scope.on, call.on) && sameOrOpen(scope.environment, call.environment) && sameOrOpen(scope.app, call.app)
}

function covers(target: FaultTarget, on: Call['on']): boolean {
  if (target === 'all' || target === on) return true
  if (target === 'readings') return READINGS.some((reading) => reading === on)
  return target === 'changes' && CHANGES.some((change) => change === on)
}

/** A request that names no environment, such as one for an artifact, belongs to all of them. */
function sameOrOpen(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || found === undefined || wanted === found
}
