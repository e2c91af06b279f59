import type { PlatformRequest } from '../http/request.ts'
import type { Platform } from '../platform.ts'
import { buildArtifact } from './build.ts'
import { writeEdgeRoute } from './edge-write.ts'
import { freezePromotions, liftPromotionFreeze } from './freeze.ts'
import type { Change } from './operate.ts'
import { startOperation } from './start-operation.ts'

/** What each mutating request of the contract asks for, by operation id. */
export const changes: Readonly<Record<string, (request: PlatformRequest, platform: Platform) => Change>> = {
  freezePromotions,
  liftPromotionFreeze,
  startOperation,
  buildArtifact,
  writeEdgeRoute,
}
