import type { PlatformRequest } from '../http/request.ts'
import type { Change } from './operate.ts'

/** A change that a client of the contract asks for, with the key that it sent. */
export function clientChange(
  kind: Change['kind'],
  request: PlatformRequest,
  what: Omit<Change, 'kind' | 'key' | 'origin'>,
): Change {
  return { kind, key: request.headers['Idempotency-Key'] ?? '', origin: 'client', ...what }
}
