import type { components } from '../../schemas/generated/platform.ts'
import type { PlatformRequest } from '../http/request.ts'
import { clientChange } from './client-change.ts'
import type { Change } from './operate.ts'
import { routeOperation } from './route-operation.ts'

/** A change of a route's owner, or the end of a key. */
export function startOperation(request: PlatformRequest): Change {
  const wanted = request.body as components['schemas']['OperationRequest']
  return wanted.kind === 'void' ? voidKey(request, wanted) : routeOperation(request, wanted)
}

/** Takes the key and does nothing else: a request that comes later finds it taken. */
function voidKey(request: PlatformRequest, wanted: components['schemas']['VoidRequest']): Change {
  return clientChange('void', request, { request: wanted, apply: () => Promise.resolve({}) })
}
