import { z } from 'zod'
import { digest, id, text } from '../../schemas/types.ts'
import { platformAction } from './operation.ts'

/** Builds a new artifact from a ref. Never a rollback: what comes out has not run before. */
export const buildArtifact = platformAction({
  name: 'buildArtifact',
  summary: 'Build a new artifact from a ref',
  kind: 'build',
  input: z.strictObject({ app: id('app'), ref: text().min(1).max(200) }),
  output: z.strictObject({ digest: digest() }),
  effects: { 'artifact.build': { app: 'app' } },
  request: (platform, { app, ref }, header) =>
    platform.post('/v1/apps/{app}/builds', { params: { path: { app }, header }, body: { ref } }),
  outcome: ({ digest }) => ({ digest }),
})
