import { z } from 'zod'
import { id, oneOf } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** The runtime services that the app is bound to, and whether they are ready. */
export const bindings = platformReading({
  name: 'bindings',
  summary: 'The runtime services that the app is bound to',
  input: subject,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        binding: id('binding'),
        state: oneOf('binding-state', ['ready', 'degraded', 'missing']),
        provider: id('provider'),
      }),
    ),
  }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/bindings', { params: { path } }),
  value: (body) => ({ items: body.items.map(({ binding, state, provider }) => ({ binding, state, provider })) }),
})
