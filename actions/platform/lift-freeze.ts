import { z } from 'zod'
import { bool, id, text } from '../../schemas/types.ts'
import { platformAction } from './operation.ts'

/** Lifts the promotion freeze of an environment, with a reason; `lifted` is false where none was in force. */
export const liftFreeze = platformAction({
  name: 'liftFreeze',
  summary: 'Lift the promotion freeze of an environment',
  kind: 'lift-freeze',
  input: z.strictObject({ environment: id('environment'), reason: text().min(1).max(500) }),
  output: z.strictObject({ lifted: bool() }),
  effects: { 'promotion.unfreeze': { environment: 'environment' } },
  request: (platform, { environment, reason }, header) =>
    platform.delete('/v1/environments/{environment}/promotion-freeze', {
      params: { path: { environment }, query: { reason }, header },
    }),
  outcome: ({ freeze }) => ({ lifted: freeze !== undefined }),
})
