import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, duration, id, time } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'
import { recoveryMethod } from './words.ts'

const database = z.strictObject({ environment: id('environment'), database: id('database') })
const lineage = z.strictObject({ environment: id('environment'), database: id('database'), tagAgrees: bool() })
const instance = z.strictObject({ instance: id('instance') })
const restore = database.extend({
  to: id('restore-point'),
  source: id('restore-source'),
  expectedSystemId: id('system-id'),
})
const target = { environment: 'environment', database: 'database', source: 'source' } as const
const sameSystem = { input: 'expectedSystemId', reading: 'platform.databaseIdentity', field: 'systemId' } as const
const nothing = z.strictObject({})

/** Databases, asked and restored as themselves: what counts for data is what they say. */
export const postgresContracts: readonly Contract[] = [
  declareAction({
    name: 'postgres.discardInstance',
    summary: 'Throw away a restored instance to which nothing is bound',
    input: database.extend(instance.shape),
    output: nothing,
    effects: { 'db.discard-copy': { environment: 'environment', database: 'database', instance: 'instance' } },
  }),
  declareReading({
    name: 'postgres.instanceIntegrity',
    summary: 'Whether rows and ledger of an instance that nothing is bound to are sound',
    input: instance,
    output: z.strictObject({ ok: bool() }),
  }),
  declareReading({
    name: 'postgres.instanceLineage',
    summary: 'What an instance was restored from, by the tags of the infrastructure and never by what is inside it',
    input: instance,
    output: lineage.extend({ source: id('restore-source') }),
  }),
  declareReading({
    name: 'postgres.integrity',
    summary: 'Whether rows and ledger of the bound database are sound',
    input: database,
    output: z.strictObject({ ok: bool() }),
  }),
  declareReading({
    name: 'postgres.primaryState',
    summary: 'The point to which the bound database was recovered, and its timeline',
    input: database,
    output: z.strictObject({ recoveredTo: id('restore-point'), timeline: id('timeline') }),
  }),
  declareReading({
    name: 'postgres.recoveryOptions',
    summary: 'Every way to data from before the damage, with what each would lose now, by backups and archived WAL',
    input: database.extend({ before: time('database') }),
    output: z.strictObject({
      repair: z.strictObject({ dryRunOk: bool(), loss: duration(), script: id('repair-script') }),
      pointInTime: z.strictObject({ covered: bool(), loss: duration() }),
      backup: z.strictObject({ verified: bool(), loss: duration() }),
    }),
  }),
  declareReading({
    name: 'postgres.recoveryPoint',
    summary:
      'Where one way leads: the point, its source, what is lost and how long it takes; beyond the RPO, the least loss',
    input: database.extend({ before: time('database'), method: recoveryMethod() }),
    output: z.strictObject({
      point: id('restore-point'),
      source: id('restore-source'),
      loss: duration(),
      takes: duration(),
    }),
  }),
  declareReading({
    name: 'postgres.restoredInstance',
    summary: 'The point that a restore has reached, by the restored instance itself',
    input: instance,
    output: z.strictObject({ reached: id('restore-point') }),
  }),
  declareAction({
    name: 'postgres.restoreInPlace',
    summary: 'Restore over the running database',
    input: restore,
    output: instance,
    effects: { 'db.restore': { ...target, inPlace: { literal: true } } },
    premise: sameSystem,
  }),
  declareAction({
    name: 'postgres.restoreToNewInstance',
    summary: 'Restore into a new instance, which nothing is bound to',
    input: restore,
    output: instance,
    effects: { 'db.restore': { ...target, inPlace: { literal: false } } },
    premise: sameSystem,
  }),
  declareAction({
    name: 'postgres.runRepair',
    summary: 'Run a repair script that was tried on a copy, in one transaction',
    input: database.extend({ script: id('repair-script'), expectedSystemId: id('system-id') }),
    output: nothing,
    effects: { 'db.repair': { environment: 'environment', database: 'database', script: 'script' } },
    premise: sameSystem,
  }),
  declareReading({
    name: 'postgres.sourceLineage',
    summary: 'Which database of which environment a backup was taken of, by the backup and by the tags of its store',
    input: z.strictObject({ source: id('restore-source') }),
    output: lineage,
  }),
  declareReading({
    name: 'postgres.writers',
    summary: 'Sessions that can write to the database, on any instance',
    input: database,
    output: z.strictObject({ items: z.array(z.strictObject({ session: id('db-session'), onPrimary: bool() })) }),
  }),
]
