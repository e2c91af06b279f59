import { z } from 'zod'
import { digest, epoch, id } from '../../schemas/types.ts'
import { platformAction } from './operation.ts'
import { subject } from './subject.ts'

/** Gives the route back to an earlier artifact, by compare-and-swap on the epoch that the decision rested on (G7). */
export const rollbackRouteOwner = platformAction({
  name: 'rollbackRouteOwner',
  summary: 'Roll the route owner back by operation',
  kind: 'rollback',
  input: subject.extend({ to: digest(), expectedEpoch: epoch() }),
  output: z.strictObject({ operation: id('operation'), epoch: epoch() }),
  effects: {
    'route.rollback': { environment: 'environment', app: 'app', to: 'to', expectedEpoch: 'expectedEpoch' },
  },
  premise: { input: 'expectedEpoch', reading: 'platform.routeOwner', field: 'epoch' },
  request: (platform, { expectedEpoch, ...input }, header) =>
    platform.post('/v1/operations', {
      params: { header },
      body: { kind: 'rollback', ...input, expected_epoch: expectedEpoch },
    }),
  outcome: ({ epoch }, { id }) => ({ operation: id, epoch }),
})
