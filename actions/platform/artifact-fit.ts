import { z } from 'zod'
import { bool, count, digest, text } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** Does an artifact fit the database as it is now? Counts migrations since it was last the healthy owner. */
export const artifactFit = platformReading({
  name: 'artifactFit',
  summary: 'Whether an artifact fits the database as it is now',
  input: subject.extend({ digest: digest() }),
  output: z.strictObject({ schemaFits: bool(), migrationsSince: count(), destructiveSince: count(), reason: text() }),
  ask: (platform, path) =>
    platform.get('/v1/environments/{environment}/apps/{app}/artifact-fit/{digest}', { params: { path } }),
  value: (body) => ({
    schemaFits: body.schema_fits,
    migrationsSince: body.migrations_since,
    destructiveSince: body.destructive_since,
    reason: body.reason,
  }),
})
