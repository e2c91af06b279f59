import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, id, oneOf, sequence, text, time } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'
import { routeClass } from './words.ts'

const edge = z.strictObject({ edge: id('edge') })
const ofGap = edge.extend({ gap: id('gap') })
const keyed = edge.extend({ environment: id('environment'), app: id('app'), key: id('route-key') })
const nothing = z.strictObject({})

/** Edges that missed route events: the gap, the snapshot that closes it, and how affected keys are served meanwhile. */
export const edgeContracts: readonly Contract[] = [
  declareAction({
    name: 'platform.clearGap',
    summary: 'Close a gap in the books of the control plane',
    input: ofGap.extend({ baseline: id('baseline') }),
    output: nothing,
    effects: { 'gap.clear': { edge: 'edge', gap: 'gap', baseline: 'baseline' } },
  }),
  declareReading({
    name: 'platform.edgeBaseline',
    summary: 'The snapshot from which an edge counts, by sequence and stream identity',
    input: edge,
    output: z.strictObject({ id: id('baseline'), seq: sequence(), stream: id('stream-identity') }),
  }),
  declareAction({
    name: 'platform.failClosed',
    summary: 'Let an edge answer 503 for a route key',
    input: keyed,
    output: nothing,
    effects: { 'edge.protect': { edge: 'edge', key: 'key' } },
  }),
  declareReading({
    name: 'platform.keyHealth',
    summary: 'How many allocations behind the keys of a gap fail, and the key with most of them',
    authority: 'derived',
    input: ofGap,
    output: z.strictObject({ worst: id('route-key'), failing: count() }),
  }),
  declareReading({
    name: 'platform.keysInGap',
    summary: 'The route keys that the missing range may touch: all of the scope where it cannot tell',
    input: ofGap,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          id: id('route-key'),
          environment: id('environment'),
          app: id('app'),
          class: routeClass(),
          sinceVerified: duration(),
          revoked: bool(),
        }),
      ),
    }),
  }),
  declareAction({
    name: 'platform.loadBaselineAndResume',
    summary: 'Load a snapshot as the baseline of an edge, atomically, and follow the stream after it',
    input: edge.extend({
      snapshot: id('snapshot'),
      stream: id('stream'),
      streamIdentity: id('stream-identity'),
      startSeq: sequence(),
      expectedBaseline: sequence(),
    }),
    output: z.strictObject({ baseline: id('baseline'), headAtResume: sequence() }),
    effects: {
      'edge.resume': {
        edge: 'edge',
        snapshot: 'snapshot',
        stream: 'stream',
        streamIdentity: 'streamIdentity',
        startSeq: 'startSeq',
      },
    },
    premise: { input: 'expectedBaseline', reading: 'platform.edgeBaseline', field: 'seq' },
  }),
  declareAction({
    name: 'platform.recordIncident',
    summary: 'Write an incident of an edge into the books',
    input: edge.extend({ kind: oneOf('incident-kind', ['propagation', 'capacity', 'provider']), text: text() }),
    output: z.strictObject({ incident: id('incident') }),
    effects: { 'incident.record': { edge: 'edge' } },
  }),
  declareReading({
    name: 'platform.replayGap',
    summary: 'What an edge misses of the route events, or has missed last, and whether that gap is still open',
    input: edge,
    output: z.strictObject({
      id: id('gap'),
      open: bool(),
      firstMissing: sequence(),
      lastMissing: sequence(),
      stream: id('stream'),
      streamIdentity: id('stream-identity'),
      detectedAt: time('controlPlane'),
    }),
  }),
  declareReading({
    name: 'platform.replayProgress',
    summary: 'How far an edge has applied the stream, and whether anything was applied over a gap',
    input: edge,
    output: z.strictObject({
      firstDelivered: sequence(),
      applied: sequence(),
      headAtResume: sequence(),
      contiguous: bool(),
      appliedOverGap: count(),
    }),
  }),
  declareReading({
    name: 'platform.routeKey',
    summary: 'The class of a route key, and how long ago its owner was verified, asked of the live edge agent',
    input: edge.extend({ key: id('route-key') }),
    output: z.strictObject({ class: routeClass(), sinceVerified: duration(), revoked: bool() }),
  }),
  declareReading({
    name: 'platform.routeModes',
    summary: 'How an edge serves the keys of a gap now, asked of the live edge agent',
    input: ofGap,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          key: id('route-key'),
          mode: oneOf('route-mode', ['following', 'fail-closed', 'last-verified']),
        }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.routeSnapshot',
    summary: 'The newest snapshot of the routes that the control plane has signed',
    input: edge,
    output: z.strictObject({
      id: id('snapshot'),
      seq: sequence(),
      stream: id('stream-identity'),
      createdAt: time('controlPlane'),
    }),
  }),
  declareAction({
    name: 'platform.useHealthiestOwner',
    summary: 'Give a route key to whichever artifact has the healthiest allocations',
    input: keyed,
    output: nothing,
    effects: { 'route.keep-last-verified': { environment: 'environment', app: 'app', edge: 'edge', key: 'key' } },
  }),
  declareAction({
    name: 'platform.useLastVerifiedOwner',
    summary:
      'Let the last verified owner of a route key serve until it was verified too long ago, which the edge enforces itself',
    input: keyed.extend({ maxAge: duration() }),
    output: nothing,
    effects: {
      'route.keep-last-verified': { environment: 'environment', app: 'app', edge: 'edge', key: 'key' },
      'edge.protect': { edge: 'edge', key: 'key' },
    },
  }),
  declareReading({
    name: 'platform.verifySnapshot',
    summary:
      'Whether the signature and the checksum of a snapshot hold, and whether it goes back behind what was verified',
    input: edge.extend({ snapshot: id('snapshot') }),
    output: z.strictObject({
      signatureValid: bool(),
      checksumValid: bool(),
      keysBehindLastVerified: count(),
      nextSeq: sequence(),
    }),
  }),
]
