import type { components } from '../../schemas/generated/platform.ts'
import type { PlatformRequest } from '../http/request.ts'
import { requireRoute } from '../readings/identity.ts'
import { changeRoute } from './change-route.ts'
import { clientChange } from './client-change.ts'
import { requireNotFrozen } from './freeze.ts'
import type { Change } from './operate.ts'

/** A rollback or a promotion: the same compare-and-swap; only promotions are frozen. */
export function routeOperation(
  request: PlatformRequest,
  wanted: components['schemas']['RouteOperationRequest'],
): Change {
  const { kind, environment, app, to, expected_epoch: expectedEpoch } = wanted
  return clientChange(kind, request, {
    environment,
    app,
    request: wanted,
    async apply(tx, operation) {
      await requireRoute(tx, { environment, app })
      if (kind === 'promotion') await requireNotFrozen(tx, environment)
      return changeRoute(tx, { environment, app, to, expectedEpoch, operation })
    },
  })
}
