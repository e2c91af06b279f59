import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, epoch, id, oneOf, text } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'

const provider = z.strictObject({ provider: id('provider') })
const credential = z.strictObject({ credential: id('credential') })
const failover = provider.extend({ to: id('region'), expectedEpoch: epoch() })
const sameTraffic = { input: 'expectedEpoch', reading: 'platform.trafficState', field: 'epoch' } as const
const nothing = z.strictObject({})

/** Providers of databases, queues, objects and payments: what they affect, and what may be done about it. */
export const providerContracts: readonly Contract[] = [
  declareReading({
    name: 'platform.affectedBindings',
    summary: 'The bindings of a provider with errors of their own, and the class of these errors',
    input: provider,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          binding: id('binding'),
          app: id('app'),
          environment: id('environment'),
          credential: id('credential'),
          errorClass: oneOf('error-class', ['provider', 'network', 'auth', 'quota', 'app']),
          since: duration(),
        }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.authErrors',
    summary: 'How often a credential was refused and when last, and whether it is the only one of its provider that is',
    input: credential,
    output: z.strictObject({ count: count(), sinceLast: duration(), onlyThisCredential: bool() }),
  }),
  declareReading({
    name: 'platform.backlog',
    summary: 'Messages that wait because a provider was away',
    input: provider,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('message') })) }),
  }),
  declareReading({
    name: 'platform.changeFreeze',
    summary: 'Whether deploys and migrations of what depends on a provider are paused',
    input: provider,
    output: z.strictObject({ active: bool(), admitsDeploys: bool(), admitsMigrations: bool() }),
  }),
  declareReading({
    name: 'platform.credentialOf',
    summary: 'The credential with which the apps of a provider speak to it',
    input: provider,
    output: z.strictObject({ id: id('credential') }),
  }),
  declareReading({
    name: 'platform.declaredCompromise',
    summary: 'Whether a credential was declared compromised, by the register of incidents',
    input: credential,
    output: z.strictObject({ declared: bool() }),
  }),
  declareReading({
    name: 'platform.evidenceSources',
    summary: 'The sources of evidence, and whether each answers',
    input: nothing,
    output: z.strictObject({ items: z.array(z.strictObject({ id: id('evidence-source'), reachable: bool() })) }),
  }),
  declareAction({
    name: 'platform.failBackNewSessions',
    summary: 'Send new sessions to the region from which they were taken away',
    input: failover,
    output: z.strictObject({ epoch: epoch() }),
    effects: { 'traffic.failback': { provider: 'provider', to: 'to' } },
    premise: sameTraffic,
  }),
  declareAction({
    name: 'platform.failOverAllSessions',
    summary: 'Move every session to another region, running ones too',
    input: failover,
    output: z.strictObject({ epoch: epoch() }),
    effects: { 'traffic.failover': { provider: 'provider', to: 'to', newSessionsOnly: { literal: false } } },
    premise: sameTraffic,
  }),
  declareAction({
    name: 'platform.failOverNewSessions',
    summary: 'Send new sessions to another region; those that run stay where they are',
    input: failover,
    output: z.strictObject({ epoch: epoch() }),
    effects: { 'traffic.failover': { provider: 'provider', to: 'to', newSessionsOnly: { literal: true } } },
    premise: sameTraffic,
  }),
  declareAction({
    name: 'platform.freezeChanges',
    summary: 'Pause deploys and migrations of what depends on a provider, until a bound that the platform enforces',
    input: provider.extend({ lasts: duration() }),
    output: nothing,
    effects: { 'change.freeze': { provider: 'provider' } },
  }),
  declareAction({
    name: 'platform.liftChangeFreeze',
    summary: 'Admit deploys and migrations of what depends on a provider again',
    input: provider,
    output: nothing,
    effects: { 'change.unfreeze': { provider: 'provider' } },
  }),
  declareReading({
    name: 'platform.providerProbes',
    summary: 'How many of our own probes of a provider fail, and whether from one zone alone',
    input: provider,
    output: z.strictObject({ failing: count(), onlyFromOneZone: bool() }),
  }),
  declareReading({
    name: 'platform.providerReach',
    summary: 'Whether the provider of a credential answers, and whether an outage of it explains the errors',
    input: credential,
    output: z.strictObject({ reachable: bool(), outageExplains: bool() }),
  }),
  declareReading({
    name: 'platform.providerStatusPage',
    summary: 'What the provider itself says of its state',
    authority: 'diagnostic',
    input: provider,
    output: z.strictObject({ items: z.array(z.strictObject({ text: text() })) }),
  }),
  declareReading({
    name: 'platform.regionFor',
    summary: 'The region to which what depends on a provider could go',
    input: provider,
    output: z.strictObject({ name: id('region') }),
  }),
  declareReading({
    name: 'platform.regionReadiness',
    summary:
      'Whether a region is ready for the sessions of what depends on a provider: data, services, secrets, artifacts',
    input: provider.extend({ region: id('region') }),
    output: z.strictObject({
      dataReady: bool(),
      servicesReady: bool(),
      secretsReady: bool(),
      artifactsReady: bool(),
      residencyAllowed: bool(),
      sessionStoreReady: bool(),
      lag: duration(),
      rpo: duration(),
      writers: count(),
    }),
  }),
  declareAction({
    name: 'platform.replayBacklog',
    summary: 'Send what waited once more, each message once',
    input: provider,
    output: z.strictObject({ replayed: count() }),
    effects: { 'backlog.replay': { provider: 'provider' } },
  }),
  declareAction({
    name: 'platform.rotateSecret',
    summary: 'Replace a credential',
    input: credential,
    output: nothing,
    effects: { 'secret.rotate': { credential: 'credential' } },
  }),
  declareReading({
    name: 'platform.trafficState',
    summary: 'The region to which new sessions of what depends on a provider go, and the epoch of that decision',
    input: provider,
    output: z.strictObject({ region: id('region'), epoch: epoch() }),
  }),
]
