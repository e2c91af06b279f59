import { z } from 'zod'
import { digest, duration, epoch } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** Which artifact owns the route, and the epoch that a change of it must expect. */
export const routeOwner = platformReading({
  name: 'routeOwner',
  summary: 'The artifact that owns the route, and its epoch',
  input: subject,
  output: z.strictObject({ digest: digest(), epoch: epoch(), sinceChange: duration() }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/route-owner', { params: { path } }),
  value: (body) => ({ digest: body.digest, epoch: body.epoch, sinceChange: body.since_change_ms }),
})
