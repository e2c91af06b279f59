import { z } from 'zod'
import { bool } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** Is there such an app in such an environment? For admission: absence is an answer. */
export const app = platformReading({
  name: 'app',
  summary: 'Whether an app exists in an environment',
  input: subject,
  output: z.strictObject({ exists: bool() }),
  absent: { codes: ['environment-not-found', 'app-not-found'], value: { exists: false } },
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}', { params: { path } }),
  value: () => ({ exists: true }),
})
