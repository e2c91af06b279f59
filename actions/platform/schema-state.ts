import { z } from 'zod'
import { id, oneOf, time, version } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** The database of the app, and the newest entry of its migration ledger, by the database's clock. */
export const schemaState = platformReading({
  name: 'schemaState',
  summary: 'The database of the app and its schema',
  input: subject,
  output: z.strictObject({
    database: id('database'),
    dataClass: oneOf('data-class', ['public', 'internal', 'customer', 'payment']),
    version: version(),
    migratedAt: time('database'),
  }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/schema-state', { params: { path } }),
  value: (body) => ({
    database: body.database,
    dataClass: body.data_class,
    version: String(body.version),
    migratedAt: body.migrated_at,
  }),
})
