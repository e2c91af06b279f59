import { z } from 'zod'
import { digest, duration, id, time } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** The newest promotion that reached the edges, and how long ago that was by the control plane's clock. */
export const lastPromotion = platformReading({
  name: 'lastPromotion',
  summary: 'The newest promotion of the app into the environment',
  input: subject,
  output: z.strictObject({
    operation: id('operation'),
    digest: digest(),
    sinceReached: duration(),
    startedAt: time('controlPlane'),
  }),
  ask: (platform, path) =>
    platform.get('/v1/environments/{environment}/apps/{app}/last-promotion', { params: { path } }),
  value: (body) => ({
    operation: body.operation,
    digest: body.digest,
    sinceReached: body.since_reached_ms,
    startedAt: body.started_at,
  }),
})
