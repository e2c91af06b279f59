import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, digest, duration, epoch, id, oneOf, text, time } from '../../schemas/types.ts'
import { subject } from '../platform/subject.ts'
import { declareAction, declareReading } from './declare.ts'
import { cause, hop, requestClass } from './words.ts'

const state = () => oneOf('wake-state', ['requested', 'starting', 'readiness-wait', 'hot', 'failed'])
const ofWake = subject.extend({ wake: id('wake') })
const nothing = z.strictObject({})

/** Waking an app that sleeps: its wake operations, their hops, and the requests that wait for it. */
export const wakeContracts: readonly Contract[] = [
  declareReading({
    name: 'platform.allocationAttempts',
    summary:
      'How many allocations of the app are starting, and how many came to nothing, over all wake operations that have not ended',
    input: subject,
    output: z.strictObject({ starting: count(), failed: count() }),
  }),
  declareAction({
    name: 'platform.answerHeldRequests',
    summary: 'Answer every held request with 503 and Retry-After',
    input: ofWake.extend({ retryAfter: duration() }),
    output: z.strictObject({ answered: count() }),
    effects: { 'request.answer': { environment: 'environment', app: 'app' } },
  }),
  declareAction({
    name: 'platform.answerUnsafeRequests',
    summary: 'Answer every held request that changes something with 503 and Retry-After',
    input: ofWake.extend({ retryAfter: duration() }),
    output: z.strictObject({ answered: count() }),
    effects: { 'request.answer': { environment: 'environment', app: 'app' } },
  }),
  declareAction({
    name: 'platform.coalesceWakes',
    summary: 'Attach all waiters to one wake operation, and cancel the others that serve no session',
    input: subject.extend({ winner: id('wake'), expectedEpoch: epoch() }),
    output: z.strictObject({ cancelled: count() }),
    effects: { 'wake.coalesce': { environment: 'environment', app: 'app' } },
    premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
  }),
  declareAction({
    name: 'platform.failWake',
    summary: 'End a wake operation as failed, with its cause',
    input: ofWake.extend({ expectedEpoch: epoch(), cause: cause() }),
    output: nothing,
    effects: { 'wake.fail': { environment: 'environment', app: 'app' } },
    premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
  }),
  declareReading({
    name: 'platform.heldRequests',
    summary: 'The requests that the edges hold for the app',
    input: subject,
    output: z.strictObject({
      items: z.array(z.strictObject({ request: id('request'), class: requestClass(), age: duration() })),
    }),
  }),
  declareAction({
    name: 'platform.holdRequests',
    summary: 'Let the edges hold requests of one class until a bound that they enforce themselves',
    input: subject.extend({ class: requestClass(), lasts: duration() }),
    output: z.strictObject({ until: time('controlPlane') }),
    effects: { 'request.hold': { environment: 'environment', app: 'app', class: 'class', lasts: 'lasts' } },
  }),
  declareAction({
    name: 'platform.holdUnsafeRequests',
    summary: 'Let the edges hold requests that change something, until a bound that they enforce themselves',
    input: subject.extend({ lasts: duration() }),
    output: z.strictObject({ until: time('controlPlane') }),
    effects: {
      'request.hold-unsafe': { environment: 'environment', app: 'app', class: { literal: 'unsafe' }, lasts: 'lasts' },
    },
  }),
  declareReading({
    name: 'platform.idempotencyContract',
    summary: 'Whether the app declares that its unsafe requests may be repeated',
    input: subject,
    output: z.strictObject({ unsafeMayWait: bool() }),
  }),
  declareAction({
    name: 'platform.markAppHot',
    summary: 'Attach the route to the app, as if it were ready',
    input: subject.extend({ expectedEpoch: epoch() }),
    output: nothing,
    effects: { 'app.mark-hot': { environment: 'environment', app: 'app' } },
    premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
  }),
  declareReading({
    name: 'platform.placement',
    summary: 'The host on which the scheduler would start the next allocation of the app',
    input: subject,
    output: z.strictObject({ host: id('host') }),
  }),
  declareReading({
    name: 'platform.readyAllocations',
    summary: 'Allocations whose readiness was observed, and whether each is ready now, asked of the live host agents',
    input: subject,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          allocation: id('allocation'),
          digest: digest(),
          epoch: epoch(),
          startedAt: time('controlPlane'),
          readyAt: time('controlPlane'),
          ready: bool(),
        }),
      ),
    }),
  }),
  declareAction({
    name: 'platform.releaseHeldRequests',
    summary: 'Send every held request to the app, which now answers',
    input: subject,
    output: z.strictObject({ answered: count() }),
    effects: { 'request.release': { environment: 'environment', app: 'app' } },
  }),
  declareAction({
    name: 'platform.startAttempt',
    summary: 'Start one more allocation for a wake operation',
    input: ofWake.extend({ host: id('host'), expectedEpoch: epoch() }),
    output: z.strictObject({ allocation: id('allocation') }),
    effects: { 'allocation.start': { environment: 'environment', app: 'app', host: 'host' } },
    premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
  }),
  declareReading({
    name: 'platform.startsUnderWay',
    summary: 'How many allocations of any app are starting on a host, and in its region',
    input: z.strictObject({ host: id('host') }),
    output: z.strictObject({ count: count(), region: id('region'), inRegion: count() }),
  }),
  declareReading({
    name: 'platform.wakeHops',
    summary: 'How far a wake operation came, hop by hop, and what its owner can repair',
    input: ofWake,
    output: z.strictObject({ pull: hop(), secrets: hop(), bindings: hop(), readiness: hop(), repair: text() }),
  }),
  declareReading({
    name: 'platform.wakeOperations',
    summary: 'The wake operations of the app that have not ended',
    input: subject,
    output: z.strictObject({
      items: z.array(z.strictObject({ id: id('wake'), epoch: epoch(), state: state() })),
    }),
  }),
  declareReading({
    name: 'platform.wakeProgress',
    summary: 'The state of one wake operation',
    input: ofWake,
    output: z.strictObject({ state: state() }),
  }),
  declareReading({
    name: 'platform.winningWake',
    summary: 'The oldest wake operation of the current epoch that came furthest',
    input: subject,
    output: z.strictObject({ id: id('wake'), epoch: epoch(), state: state() }),
  }),
]
