import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, id, version } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'
import { drainReason } from './words.ts'

const node = z.strictObject({ node: id('node') })
const versioned = z.strictObject({
  environment: id('environment'),
  host: id('host'),
  node: id('node'),
  expectedVersion: version(),
})
const ofPod = z.strictObject({ environment: id('environment'), host: id('host'), pod: id('pod'), uid: id('pod-uid') })
const place = { environment: 'environment', host: 'host' } as const
const sameVersion = { input: 'expectedVersion', reading: 'platform.nodeLayers', field: 'version' } as const
const pod = z.strictObject({ id: id('pod'), uid: id('pod-uid'), bare: bool(), localStorage: bool() })

/** Kubernetes: nodes and pods, asked of the API server. */
export const kubernetesContracts: readonly Contract[] = [
  declareAction({
    name: 'kubernetes.cordon',
    summary: 'Schedule nothing new on a node, and note why',
    input: versioned.extend({ reason: drainReason() }),
    output: z.strictObject({ version: version() }),
    effects: { 'host.cordon': place },
    premise: sameVersion,
  }),
  declareAction({
    name: 'kubernetes.deletePod',
    summary: 'Delete a pod, past its disruption budget',
    input: ofPod,
    output: z.strictObject({}),
    effects: { 'pod.delete': { ...place, pod: 'pod' } },
  }),
  declareAction({
    name: 'kubernetes.evictPod',
    summary: 'Evict a pod of this uid: waits while its disruption budget says so, and stops at any other refusal',
    input: ofPod.extend({ patience: duration() }),
    output: z.strictObject({}),
    effects: { 'pod.evict': { ...place, pod: 'pod' } },
  }),
  declareReading({
    name: 'kubernetes.movablePodsOn',
    summary: 'Pods on a node that an eviction moves elsewhere: none of a DaemonSet, and no mirror pods',
    input: node,
    output: z.strictObject({ items: z.array(pod) }),
  }),
  declareReading({
    name: 'kubernetes.podsOn',
    summary: 'All pods on a node but those of DaemonSets, and how many of them still run',
    input: node,
    output: z.strictObject({ items: z.array(pod), running: count() }),
  }),
  declareAction({
    name: 'kubernetes.uncordon',
    summary: 'Schedule on a node again',
    input: versioned,
    output: z.strictObject({ version: version() }),
    effects: { 'host.uncordon': place },
    premise: sameVersion,
  }),
]
