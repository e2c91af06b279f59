import { z } from 'zod'
import { bool, digest } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'

/** Does the registry hold an artifact? Absence is an answer. */
export const artifact = platformReading({
  name: 'artifact',
  summary: 'Whether the registry holds an artifact',
  input: z.strictObject({ digest: digest() }),
  output: z.strictObject({ present: bool(), digest: digest() }),
  ask: (platform, path) => platform.get('/v1/artifacts/{digest}', { params: { path } }),
  value: (body) => ({ present: body.present, digest: body.digest }),
})
