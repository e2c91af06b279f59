import { z } from 'zod'
import { happeningSchemas } from '../happenings/schemas.ts'
import { targetSchema } from './call.ts'

const id = z.string().min(1)
const scope = { on: targetSchema, environment: id.optional(), app: id.optional() }
const times = z.int().min(1)

/** When a happening that was set in advance takes place: counted in requests, never in seconds. */
export const whenSchema = z.union([
  z.strictObject({ before: targetSchema }),
  z.strictObject({ after: targetSchema, count: times.default(1) }),
])

const inAdvance = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('promote'), with: happeningSchemas.promote, when: whenSchema }),
  z.strictObject({ fault: z.literal('migrate'), with: happeningSchemas.migrate, when: whenSchema }),
  z.strictObject({ fault: z.literal('move-epoch'), with: happeningSchemas['move-epoch'], when: whenSchema }),
  z.strictObject({ fault: z.literal('hand-edit-edge'), with: happeningSchemas['hand-edit-edge'], when: whenSchema }),
  z.strictObject({ fault: z.literal('remove-artifact'), with: happeningSchemas['remove-artifact'], when: whenSchema }),
  z.strictObject({ fault: z.literal('set-health'), with: happeningSchemas['set-health'], when: whenSchema }),
  z.strictObject({ fault: z.literal('set-binding'), with: happeningSchemas['set-binding'], when: whenSchema }),
])

const onRequests = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('error500'), ...scope, times: times.optional() }),
  z.strictObject({ fault: z.literal('hang'), ...scope, times: times.optional() }),
  z.strictObject({
    fault: z.literal('empty-lists'),
    ...scope,
    complete: z.boolean().default(true),
    times: times.optional(),
  }),
  z.strictObject({ fault: z.literal('stale'), ...scope, times: times.optional() }),
  z.strictObject({ fault: z.literal('drop-reply'), ...scope, times: times.default(1) }),
  z.strictObject({
    fault: z.literal('hold'),
    ...scope,
    at: z.enum(['before-commit', 'after-commit']),
    times: times.default(1),
  }),
])

const onParts = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('silence-edge'), edge: id }),
  z.strictObject({ fault: z.literal('stall-edge'), edge: id }),
  z.strictObject({ fault: z.literal('silence-host'), host: id }),
  z.strictObject({ fault: z.literal('stall-host'), host: id }),
  z.strictObject({ fault: z.literal('metrics'), mode: z.enum(['empty', 'nan', 'error']) }),
])

/** A fault that can be switched on. */
export const faultSchema = z.union([onRequests, onParts, inAdvance])

export type Fault = z.infer<typeof faultSchema>
export type RequestFault = z.infer<typeof onRequests>
export type HappeningInAdvance = z.infer<typeof inAdvance>
