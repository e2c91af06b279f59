import type { PlatformRequest } from '../http/request.ts'
import { tokensIn } from './fence.ts'
import type { Change } from './operate.ts'

/** A change that a client of the contract asks for, with the key and the fencing tokens that it sent. */
export function clientChange(
  kind: Change['kind'],
  request: PlatformRequest,
  what: Omit<Change, 'kind' | 'key' | 'origin' | 'fencing'>,
): Change {
  const { 'Idempotency-Key': key = '', 'Fencing-Token': tokens } = request.headers
  // What burns a key is allowed to whoever sent it, also once the lease is lost.
  const fencing = tokens === undefined || kind === 'void' ? {} : { fencing: tokensIn(tokens) }
  return { kind, key, origin: 'client', ...fencing, ...what }
}
