import { z } from 'zod'
import { digest, epoch } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** The last healthy owner before the newest promotion: where a rollback would go. */
export const previousOwner = platformReading({
  name: 'previousOwner',
  summary: 'The last healthy owner before the newest promotion',
  input: subject,
  output: z.strictObject({ digest: digest(), epoch: epoch() }),
  ask: (platform, path) =>
    platform.get('/v1/environments/{environment}/apps/{app}/previous-owner', { params: { path } }),
  value: (body) => ({ digest: body.digest, epoch: body.epoch }),
})
