import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, id, oneOf, text, time } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'
import { dataClass } from './words.ts'

const database = z.strictObject({ environment: id('environment'), database: id('database') })
const ofApp = z.strictObject({ environment: id('environment'), app: id('app') })
const place = { environment: 'environment', database: 'database' } as const
const policy = () => oneOf('event-policy', ['replay', 'skip', 'deduplicate'])
const nothing = z.strictObject({})

/** What the control plane knows of databases: identity, terms, fence, and what happens to events after a restore. */
export const databaseContracts: readonly Contract[] = [
  declareReading({
    name: 'platform.artifactFitsInstance',
    summary: 'Whether the artifact of an app fits a restored instance, tried against it',
    input: ofApp.extend({ instance: id('instance') }),
    output: z.strictObject({ schemaFits: bool(), readyAgainstCopy: bool(), forwardMigrations: count() }),
  }),
  declareReading({
    name: 'platform.databaseFence',
    summary: 'Whether the writers of a database are fenced off, and for how long nothing was written',
    input: database,
    output: z.strictObject({ held: bool(), lsnStillFor: duration() }),
  }),
  declareReading({
    name: 'platform.databaseIdentity',
    summary: 'The environment of a database, by the control plane and by the tags of the infrastructure',
    input: z.strictObject({ database: id('database') }),
    output: z.strictObject({
      environment: id('environment'),
      tagAgrees: bool(),
      systemId: id('system-id'),
      binding: id('binding'),
      instance: id('instance'),
    }),
  }),
  declareAction({
    name: 'platform.fenceDatabase',
    summary: 'Fence all writers of a database off, until a bound at which the platform asks again and stays fenced',
    input: database.extend({ lasts: duration() }),
    output: z.strictObject({ token: id('fence'), since: time('controlPlane') }),
    effects: { 'db.fence': place },
  }),
  declareReading({
    name: 'platform.impactRecord',
    summary: 'Whether the impact on users is in the audit, and whether the customer was told',
    input: ofApp,
    output: z.strictObject({ audited: bool(), customerTold: bool() }),
  }),
  declareAction({
    name: 'platform.reconcileSource',
    summary: 'Replay, skip or deduplicate the events of one source since the point of the restore',
    input: ofApp.extend({ source: id('event-source'), from: id('restore-point'), as: policy() }),
    output: z.strictObject({ handled: count() }),
    effects: { 'event.reprocess': { environment: 'environment', app: 'app', source: 'source' } },
  }),
  declareAction({
    name: 'platform.recordImpact',
    summary: 'Write the loss of users into the audit, and tell the customer',
    input: ofApp.extend({ text: text() }),
    output: nothing,
    effects: { 'impact.record': { environment: 'environment', app: 'app' } },
  }),
  declareReading({
    name: 'platform.recoveryTerms',
    summary: 'What the plan of the customer promises for a database',
    input: database,
    output: z.strictObject({ rpo: duration(), rto: duration(), dataClass: dataClass() }),
  }),
  declareReading({
    name: 'platform.reprocessSources',
    summary: 'Every source of events of a database, and whether it was reconciled since the restore',
    input: database,
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          id: id('event-source'),
          policy: policy(),
          reconciled: bool(),
          duplicates: count(),
          acceptable: bool(),
        }),
      ),
    }),
  }),
  declareReading({
    name: 'platform.restoreRecord',
    summary: 'The point and the timeline to which a restore was agreed',
    input: database,
    output: z.strictObject({ point: id('restore-point'), timeline: id('timeline') }),
  }),
  declareAction({
    name: 'platform.resumeConsumers',
    summary: 'Let the consumers of events of a database go on',
    input: database,
    output: nothing,
    effects: { 'consumer.resume': place },
  }),
  declareAction({
    name: 'platform.switchBinding',
    summary: 'Bind the app to a restored instance, by operation of the control plane',
    input: database.extend({ to: id('instance'), source: id('restore-source'), expectedBinding: id('binding') }),
    output: z.strictObject({ binding: id('binding') }),
    effects: { 'db.cutover': { ...place, source: 'source', instance: 'to' } },
    premise: { input: 'expectedBinding', reading: 'platform.databaseIdentity', field: 'binding' },
  }),
  declareAction({
    name: 'platform.unfenceDatabase',
    summary: 'Let the writers of the bound database write again',
    input: database.extend({ fence: id('fence') }),
    output: nothing,
    effects: { 'db.unfence': place },
  }),
]
