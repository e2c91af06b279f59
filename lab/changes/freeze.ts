import { randomUUID } from 'node:crypto'
import type { components } from '../../schemas/generated/platform.ts'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { PlatformRequest } from '../http/request.ts'
import type { Operation } from '../readings/operations.ts'
import { requireEnvironment } from '../readings/identity.ts'
import { clientChange } from './client-change.ts'
import type { Change } from './operate.ts'

/** Freezes promotions until an absolute time; a freeze in force is prolonged, never shortened. */
export function freezePromotions(request: PlatformRequest): Change {
  const wanted = request.body as components['schemas']['FreezeRequest']
  const environment = request.path['environment'] ?? ''
  return clientChange('freeze', request, {
    environment,
    request: wanted,
    apply: (tx) => freeze(tx, environment, wanted),
  })
}

async function freeze(
  tx: Queries,
  environment: string,
  { expires_at, reason }: components['schemas']['FreezeRequest'],
): Promise<Operation['result']> {
  await requireEnvironment(tx, environment)
  await requireAdmissible(tx, expires_at)
  const { rows } = await tx.query<{ id: string; expires_at: Date }>(
    `INSERT INTO freezes AS f (environment, id, reason, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (environment) DO UPDATE SET
       id = CASE WHEN f.expires_at > clock_timestamp() THEN f.id ELSE excluded.id END,
       reason = excluded.reason,
       expires_at = CASE WHEN f.expires_at > clock_timestamp() THEN greatest(f.expires_at, excluded.expires_at)
                         ELSE excluded.expires_at END
     RETURNING id, expires_at`,
    [environment, `freeze-${randomUUID()}`, reason, expires_at],
  )
  const [frozen] = rows
  if (frozen === undefined) throw new PlatformProblem('internal', 'the freeze was not written')
  return { freeze: frozen.id, expires_at: frozen.expires_at.toISOString() }
}

async function requireAdmissible(tx: Queries, expiresAt: string): Promise<void> {
  const { rows } = await tx.query<{ admissible: boolean }>(
    `SELECT $1::timestamptz > clock_timestamp() AND $1::timestamptz <= clock_timestamp() + interval '7 days' AS admissible`,
    [expiresAt],
  )
  if (rows[0]?.admissible === true) return
  throw new PlatformProblem('expiry-not-admissible', `${expiresAt} is not in the future, or more than 7 days away`)
}

/** Lifts the freeze; where none is in force, there is nothing to lift. */
export function liftPromotionFreeze(request: PlatformRequest): Change {
  const environment = request.path['environment'] ?? ''
  return clientChange('lift-freeze', request, {
    environment,
    request: { reason: request.query['reason'] },
    async apply(tx) {
      await requireEnvironment(tx, environment)
      const { rows } = await tx.query<{ id: string; active: boolean }>(
        'DELETE FROM freezes WHERE environment = $1 RETURNING id, expires_at > clock_timestamp() AS active',
        [environment],
      )
      const [lifted] = rows
      return lifted?.active === true ? { freeze: lifted.id } : {}
    },
  })
}

/** Throws where the environment admits no promotion now: the platform itself enforces the freeze. */
export async function requireNotFrozen(tx: Queries, environment: string): Promise<void> {
  const { rows } = await tx.query<{ expires_at: Date; reason: string }>(
    'SELECT expires_at, reason FROM freezes WHERE environment = $1 AND expires_at > clock_timestamp()',
    [environment],
  )
  const [freeze] = rows
  if (freeze === undefined) return
  const until = freeze.expires_at.toISOString()
  throw new PlatformProblem('promotions-frozen', `${environment} admits no promotion until ${until}: ${freeze.reason}`)
}
