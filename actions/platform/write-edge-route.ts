import { z } from 'zod'
import { digest, epoch, id } from '../../schemas/types.ts'
import { platformAction } from './operation.ts'
import { subject } from './subject.ts'

/** Writes one edge's table by hand, past the route owner: the edge no longer says why it routes as it does. */
export const writeEdgeRoute = platformAction({
  name: 'writeEdgeRoute',
  summary: "Write one edge's table by hand",
  kind: 'edge-write',
  input: subject.extend({ edge: id('edge'), digest: digest() }),
  output: z.strictObject({ digest: digest(), epoch: epoch() }),
  effects: { 'edge.route.write': { edge: 'edge' } },
  request: (platform, { digest, ...path }, header) =>
    platform.put('/v1/edges/{edge}/environments/{environment}/apps/{app}/route', {
      params: { path, header },
      body: { digest },
    }),
  outcome: ({ digest, epoch }) => ({ digest, epoch }),
})
