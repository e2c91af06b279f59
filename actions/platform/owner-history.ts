import { z } from 'zod'
import { bool, digest, epoch } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** Every owner that the route ever had, oldest first, and the one that it has now. */
export const ownerHistory = platformReading({
  name: 'ownerHistory',
  summary: 'Every owner that the route ever had',
  input: subject,
  output: z.strictObject({
    current: digest(),
    items: z.array(z.strictObject({ digest: digest(), epoch: epoch(), healthy: bool(), builtBefore: bool() })),
  }),
  ask: (platform, path) =>
    platform.get('/v1/environments/{environment}/apps/{app}/owner-history', { params: { path } }),
  value: (body) => ({
    current: body.current,
    items: body.items.map((owner) => ({
      digest: owner.digest,
      epoch: owner.epoch,
      healthy: owner.healthy,
      builtBefore: owner.built_before,
    })),
  }),
})
