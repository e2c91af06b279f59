import type { operations } from '../../schemas/generated/platform.ts'
import type { ReadingId } from '../faults/call.ts'
import type { PlatformRequest } from '../http/request.ts'
import type { Platform } from '../platform.ts'
import type { Route } from '../route.ts'

type Body<Id extends ReadingId> = operations[Id]['responses'][200]['content']['application/json']

/** What a reading answers, without the stamps that every answer carries. */
export type Answer<Id extends ReadingId> = Omit<Body<Id>, 'nonce' | 'served_at'>

/** How a reading is answered. */
export type Reading<Id extends ReadingId> = (platform: Platform, request: PlatformRequest) => Promise<Answer<Id>>

/** The route of a request whose path names one. */
export function routeOf({ path }: PlatformRequest): Route {
  return { environment: path['environment'] ?? '', app: path['app'] ?? '' }
}
