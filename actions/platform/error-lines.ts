import { z } from 'zod'
import { count } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** How many error lines the app logged of late. Diagnostic: a log decides nothing. */
export const errorLines = platformReading({
  name: 'errorLines',
  summary: 'How many error lines the app logged of late',
  input: subject,
  output: z.strictObject({ count: count() }),
  authority: 'diagnostic',
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/error-lines', { params: { path } }),
  value: (body) => ({ count: body.count }),
})
