import { z } from 'zod'
import { digest, epoch, id } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'
import { subject } from './subject.ts'

/** What each edge routes now, asked of the live edge agents. An entry without an operation was written by hand. */
export const edgeRoutes = platformReading({
  name: 'edgeRoutes',
  summary: 'What each edge routes now',
  input: subject,
  output: z.strictObject({
    items: z.array(
      z.strictObject({ edge: id('edge'), epoch: epoch(), digest: digest(), operation: id('operation').optional() }),
    ),
  }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/apps/{app}/edge-routes', { params: { path } }),
  value: (body) => ({
    items: body.items.map(({ edge, epoch, digest, operation }) => ({
      edge,
      epoch,
      digest,
      ...(operation !== undefined && { operation }),
    })),
  }),
})
