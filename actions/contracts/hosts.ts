import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, digest, duration, id, oneOf, text, time, version } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'

const host = z.strictObject({ environment: id('environment'), host: id('host') })
const place = { environment: 'environment', host: 'host' } as const
const sameVersion = { input: 'expectedVersion', reading: 'platform.hostState', field: 'version' } as const
const versioned = host.extend({ expectedVersion: version() })

/** Runner hosts: their state, what runs on them, and the capacity that is left without them. */
export const hostContracts: readonly Contract[] = [
  declareReading({
    name: 'platform.allocationsOn',
    summary: 'The allocations that run on a host, asked of its live agent',
    input: host,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('allocation'), digest: digest() })) }),
  }),
  declareAction({
    name: 'platform.cordonHost',
    summary: 'Place nothing new on a host',
    input: versioned,
    output: z.strictObject({ version: version() }),
    effects: { 'host.cordon': place },
    premise: sameVersion,
  }),
  declareAction({
    name: 'platform.drainHost',
    summary: 'Give the sessions of a host notice, let no new ones begin, and enforce nothing before the deadline',
    input: host.extend({ deadline: duration(), notice: duration() }),
    output: z.strictObject({ noticeAt: time('controlPlane') }),
    effects: { 'host.drain': place },
  }),
  declareReading({
    name: 'platform.drainState',
    summary:
      'The last drain of a host, by the control plane: notice, deadline, whether it was found empty, and how many of its sessions did not end by themselves',
    input: host,
    output: z.strictObject({
      deadlinePassed: bool(),
      sinceNotice: duration(),
      foundEmpty: bool(),
      terminated: count(),
    }),
  }),
  declareReading({
    name: 'platform.driftRecords',
    summary: 'Recorded hand edits of a host, each with the follow-up that puts it into code',
    input: host,
    output: z.strictObject({
      items: z.array(z.strictObject({ resource: id('resource'), followUp: id('follow-up').optional() })),
    }),
  }),
  declareAction({
    name: 'platform.endSessions',
    summary: 'End the sessions that are left on a host after their deadline',
    input: host.extend({ because: oneOf('end-reason', ['drain-deadline', 'fault']), noticeAt: time('controlPlane') }),
    output: z.strictObject({ ended: count() }),
    effects: { 'session.end': place },
  }),
  declareReading({
    name: 'platform.headroomWithout',
    summary: 'Free capacity with and without a host, by pool, shape and zone',
    input: host,
    output: z.strictObject({
      items: z.array(
        z.strictObject({ id: id('pool'), free: count(), freeWithout: count(), demand: count(), reserve: count() }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.hostEvidence',
    summary: 'Whether logs and state of a host were captured and are kept off it, and how long ago that was',
    input: host,
    output: z.strictObject({ stored: bool(), age: duration(), digest: digest() }),
  }),
  declareReading({
    name: 'platform.hostState',
    summary:
      'A host: its image, whether it is cordoned (itself, or as the node of a cluster that it is), and that node',
    input: host,
    output: z.strictObject({
      version: version(),
      cordoned: bool(),
      placedSinceCordon: count(),
      image: digest(),
      registered: bool(),
      heartbeatAge: duration(),
      node: id('node').optional(),
    }),
  }),
  declareReading({
    name: 'platform.hostsDueForUpgrade',
    summary: 'Hosts whose ring is open and whose image is not the one that is wanted',
    input: z.strictObject({}),
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          environment: id('environment'),
          host: id('host'),
          image: digest(),
          change: id('change-ref'),
        }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.postchecks',
    summary: 'The checks of a host after a change, and whether its first canary allocation is healthy',
    input: host,
    output: z.strictObject({
      items: z.array(z.strictObject({ check: id('check'), ok: bool() })),
      canaryHealthy: bool(),
    }),
  }),
  declareReading({
    name: 'platform.quorumGroupsOf',
    summary: 'The quorum groups with a member on a host, with their members elsewhere and other drains counted',
    input: host,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          id: id('quorum-group'),
          healthy: count(),
          membersHere: count(),
          drainingElsewhere: count(),
          healthyElsewhere: count(),
          quorum: count(),
        }),
      ),
    }),
  }),
  declareAction({
    name: 'platform.recordDrift',
    summary: 'Record a hand edit of a host, with what it changes and why',
    input: z.strictObject({ host: id('host'), resource: id('resource'), text: text() }),
    output: z.strictObject({ record: id('drift-record') }),
    effects: { 'drift.record': { host: 'host' } },
  }),
  declareReading({
    name: 'platform.replacementsOf',
    summary: 'The replacements of what runs or ran on a host, whether they are ready, and how many sessions they serve',
    input: host,
    output: z.strictObject({
      items: z.array(
        z.strictObject({ id: id('allocation'), replaces: id('allocation'), ready: bool(), sessions: count() }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.ringGate',
    summary:
      'Whether the ring before the one of a host has soaked, and how many other hosts of its failure domain are out',
    input: host,
    output: z.strictObject({ domain: id('failure-domain'), previousSoaked: bool(), inMaintenance: count() }),
  }),
  declareReading({
    name: 'platform.sessionsOn',
    summary: 'The sessions on a host, asked of its live agent; zero is witnessed, not concluded from silence',
    input: host,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('session') })), count: count() }),
  }),
  declareAction({
    name: 'platform.startReplacement',
    summary: 'Start a replacement of an allocation elsewhere, of the same digest',
    input: host.extend({ allocation: id('allocation'), digest: digest() }),
    output: z.strictObject({ replacement: id('allocation') }),
    effects: { 'replacement.start': place },
  }),
  declareAction({
    name: 'platform.stopReplacement',
    summary: 'Stop a replacement that nothing needs any more',
    input: host.extend({ replacement: id('allocation') }),
    output: z.strictObject({}),
    effects: { 'replacement.stop': { ...place, replacement: 'replacement' } },
  }),
  declareAction({
    name: 'platform.uncordonHost',
    summary: 'Let a host take work again',
    input: versioned,
    output: z.strictObject({ version: version() }),
    effects: { 'host.uncordon': place },
    premise: sameVersion,
  }),
]
