import { z } from 'zod'

/** One alert of a notification. Unknown keys are kept out, not refused: newer Alertmanagers add some. */
export const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  /** RFC 3339 with up to nanoseconds: kept as text, since a JavaScript Date would drop digits. */
  startsAt: z.string().min(1),
  endsAt: z.string().default(''),
  generatorURL: z.string().default(''),
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/),
})

/** A notification of Alertmanager's webhook receiver, payload version 4. */
export const notificationSchema = z.object({
  version: z.literal('4'),
  status: z.enum(['firing', 'resolved']),
  receiver: z.string().default(''),
  groupKey: z.string().default(''),
  truncatedAlerts: z.int().min(0).default(0),
  groupLabels: z.record(z.string(), z.string()).default({}),
  commonLabels: z.record(z.string(), z.string()).default({}),
  commonAnnotations: z.record(z.string(), z.string()).default({}),
  externalURL: z.string().default(''),
  alerts: z.array(alertSchema),
})

export type Alert = z.infer<typeof alertSchema>
export type Notification = z.infer<typeof notificationSchema>
