import { z } from 'zod'
import { bool, id, oneOf } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'

/** Is there such an environment, and of which class? For admission: absence is an answer. */
export const environment = platformReading({
  name: 'environment',
  summary: 'Whether an environment exists, and its class',
  input: z.strictObject({ environment: id('environment') }),
  output: z.strictObject({
    exists: bool(),
    class: oneOf('environment-class', ['production', 'staging']).optional(),
  }),
  absent: { codes: ['environment-not-found'], value: { exists: false } },
  ask: (platform, path) => platform.get('/v1/environments/{environment}', { params: { path } }),
  value: (body) => ({ exists: true, class: body.class }),
})
