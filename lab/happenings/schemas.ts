import { z } from 'zod'

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const route = { environment: id, app: id }

const migration = {
  /** Takes away what an older artifact needs back. */
  destructive: z.boolean().default(false),
  /** Artifacts that were not tested with it stop to work; where not said, as `destructive`. */
  breaking: z.boolean().optional(),
}

/** What may happen on the platform beside what Runproof does, by name. */
export const happeningSchemas = {
  promote: z.strictObject({
    ...route,
    version: z.int().min(1),
    /** Share of requests that this artifact answers with 500; fixed when the version first appears. */
    errorRatio: z.number().min(0).max(1).default(0.001),
    schemaMin: z.int().min(0).optional(),
    schemaMax: z.int().min(0).optional(),
    /** Migrates in the same transaction, right after the route owner was written. */
    migration: z.strictObject(migration).optional(),
  }),
  migrate: z.strictObject({ ...route, ...migration }),
  'move-epoch': z.strictObject(route),
  'hand-edit-edge': z.strictObject({ ...route, edge: id, digest }),
  'remove-artifact': z.strictObject({ digest }),
  'set-health': z.strictObject({ ...route, digest, healthy: z.boolean() }),
  'set-binding': z.strictObject({ ...route, binding: id, state: z.enum(['ready', 'degraded', 'missing']) }),
} as const

export type HappeningName = keyof typeof happeningSchemas
export type HappeningInput<N extends HappeningName> = z.infer<(typeof happeningSchemas)[N]>
export type Migration = Pick<HappeningInput<'migrate'>, 'destructive' | 'breaking'>
