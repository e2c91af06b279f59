import { requireEnvironment } from './identity.ts'
import type { Reading } from './answer.ts'

interface Freeze {
  id: string
  reason: string
  expires_at: Date
}

/** Whether promotions are admitted, and how many are under way. An expired freeze is none. */
export const promotionFreeze: Reading<'promotionFreeze'> = async ({ pool }, { path }) => {
  const environment = path['environment'] ?? ''
  await requireEnvironment(pool, environment)
  const { rows } = await pool.query<{ in_flight: number }>(
    `SELECT count(*)::integer AS in_flight FROM operations
     WHERE environment = $1 AND kind = 'promotion' AND state = 'edge_propagating'`,
    [environment],
  )
  const freezes = await pool.query<Freeze>(
    'SELECT id, reason, expires_at FROM freezes WHERE environment = $1 AND expires_at > clock_timestamp()',
    [environment],
  )
  const [freeze] = freezes.rows
  const inFlight = rows[0]?.in_flight ?? 0
  if (freeze === undefined) return { environment, active: false, admits_promotions: true, in_flight: inFlight }
  const { id, reason, expires_at } = freeze
  return {
    environment,
    active: true,
    admits_promotions: false,
    in_flight: inFlight,
    id,
    reason,
    expires_at: expires_at.toISOString(),
  }
}
