import { z } from 'zod'
import { bool, digest, id } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** What runs now, asked of the live host agents. */
export const allocations = platformReading({
  name: 'allocations',
  summary: 'The allocations of the app that run now',
  input: subject,
  output: z.strictObject({
    items: z.array(z.strictObject({ allocation: id('allocation'), digest: digest(), ready: bool() })),
  }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/allocations', { params: { path } }),
  value: (body) => ({ items: body.items.map(({ allocation, digest, ready }) => ({ allocation, digest, ready })) }),
})
