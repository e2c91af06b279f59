import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, id, oneOf, version } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'

const node = z.strictObject({ node: id('node') })
const host = z.strictObject({ environment: id('environment'), host: id('host') })

/** Nodes of the fleet: their three layers of state, and the exclusive work that cannot be moved. */
export const nodeContracts: readonly Contract[] = [
  declareReading({
    name: 'platform.gpuAllocationsOn',
    summary: 'The exclusive GPU allocations on a host that are not yet released',
    input: host,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('gpu-allocation') })) }),
  }),
  declareAction({
    name: 'platform.killAllocation',
    summary: 'End an allocation from its host',
    input: host.extend({ gpuAllocation: id('gpu-allocation') }),
    output: z.strictObject({}),
    effects: { 'allocation.kill': { environment: 'environment', host: 'host' } },
  }),
  declareReading({
    name: 'platform.nodeLayers',
    summary: 'A node: its state, its machine and the workflow of its machine, never merged',
    input: node,
    output: z.strictObject({
      version: version(),
      host: id('host'),
      environment: id('environment'),
      unschedulable: bool(),
      node: oneOf('node-state', ['active', 'draining', 'offline', 'quarantined', 'retired']),
      machine: oneOf('machine-state', ['deployed', 'ready', 'failed', 'broken']),
      heartbeatAge: duration(),
      drift: count(),
    }),
  }),
  declareReading({
    name: 'platform.nodePreflight',
    summary: 'Whether a node works, by a websocket and a terminal of its own, not by the word of a task',
    input: node,
    output: z.strictObject({ ok: bool(), canaryHealthy: bool() }),
  }),
  declareReading({
    name: 'platform.nodeTasks',
    summary: 'Tasks that a node still has to do',
    input: node,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('node-task') })) }),
  }),
  declareAction({
    name: 'platform.releaseGpuAllocation',
    summary:
      'Give the tenant notice and release an exclusive allocation: it ends as released only with proof of cleanup',
    input: host.extend({ gpuAllocation: id('gpu-allocation'), notice: duration(), deadline: duration() }),
    output: z.strictObject({}),
    effects: { 'gpu.release': { environment: 'environment', host: 'host', gpuAllocation: 'gpuAllocation' } },
  }),
  declareReading({
    name: 'platform.reserveWithout',
    summary: 'What is free without a host, with other drains counted, and the least that must be, by SKU and region',
    input: host,
    output: z.strictObject({
      items: z.array(z.strictObject({ id: id('sku'), freeWithout: count(), minimum: count() })),
    }),
  }),
  declareReading({
    name: 'platform.slots',
    summary: 'The slots of a node, and whether the cleanup of each is proved',
    input: node,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('slot'), cleanupProved: bool() })) }),
  }),
  declareReading({
    name: 'platform.terminalSessionsOn',
    summary: 'Terminal sessions on a node, asked of its live agent',
    input: node,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('session') })) }),
  }),
]
