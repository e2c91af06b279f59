import { z } from 'zod'
import { bool, count, id } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'

/** Are promotions into the environment admitted now, and how many are under way? */
export const promotionFreeze = platformReading({
  name: 'promotionFreeze',
  summary: 'The promotion freeze of an environment',
  input: z.strictObject({ environment: id('environment') }),
  output: z.strictObject({ active: bool(), admitsPromotions: bool(), inFlight: count() }),
  ask: (platform, path) => platform.get('/v1/environments/{environment}/promotion-freeze', { params: { path } }),
  value: (body) => ({ active: body.active, admitsPromotions: body.admits_promotions, inFlight: body.in_flight }),
})
