import { z } from 'zod'
import { duration, id, time } from '../../schemas/types.ts'
import type { Platform } from './client.ts'
import { platformAction } from './operation.ts'

/** Freezes promotions into an environment until an absolute time, which the platform itself enforces (G8). */
export const freezePromotions = platformAction({
  name: 'freezePromotions',
  summary: 'Freeze promotions into an environment for a while',
  kind: 'freeze',
  input: z.strictObject({ environment: id('environment'), lasts: duration() }),
  output: z.strictObject({ freeze: id('freeze'), expiresAt: time('controlPlane') }),
  effects: { 'promotion.freeze': { environment: 'environment' } },
  request: async (platform, { environment, lasts }, header) => {
    const now = await controlPlaneTime(platform, environment)
    return platform.put('/v1/environments/{environment}/promotion-freeze', {
      params: { path: { environment }, header },
      body: {
        expires_at: new Date(now + lasts).toISOString(),
        reason: `frozen by Runproof, request ${header['Idempotency-Key']}`,
      },
    })
  },
  outcome: ({ freeze, expires_at }) => ({ freeze, expiresAt: expires_at }),
  lift: ({ environment }) =>
    `curl -X DELETE -H "Authorization: Bearer $PLATFORM_TOKEN" -H "Idempotency-Key: $(uuidgen)" ` +
    `"$PLATFORM_URL/v1/environments/${encodeURIComponent(environment)}/promotion-freeze?reason=lifted+by+hand"`,
})

/** The bound is a time of the clock that enforces it, so ours may be wrong. A question that fails is no refusal: the door tries again. */
async function controlPlaneTime(platform: Platform, environment: string): Promise<number> {
  const reply = await platform
    .get('/v1/environments/{environment}/promotion-freeze', { params: { path: { environment } } })
    .catch(() => undefined)
  const now = Date.parse(reply?.data?.served_at ?? '')
  if (Number.isNaN(now)) throw new Error('the platform does not say its time, so no end of the freeze can be set')
  return now
}
