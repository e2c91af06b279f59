import { writeByHand } from '../changes/edge-write.ts'
import { operate } from '../changes/operate.ts'
import type { HappeningInAdvance } from '../faults/fault.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Platform } from '../platform.ts'
import { requireRoute } from '../readings/identity.ts'
import { adminChange, awaitEnd } from './admin-change.ts'
import { applyMigration } from './migrate.ts'
import { moveEpoch, promote } from './promote.ts'
import type { HappeningInput, HappeningName } from './schemas.ts'

type Happenings = { readonly [N in HappeningName]: (platform: Platform, input: HappeningInput<N>) => Promise<object> }

/** What each happening does; each answers what it changed. */
export const happenings: Happenings = {
  promote: async (platform, input) => {
    const { id, result } = await promote(platform, input)
    return { operation: id, state: await awaitEnd(platform, id), ...result }
  },
  'move-epoch': async (platform, input) => {
    await requireRoute(platform.pool, input)
    const { id, result } = await moveEpoch(platform, input)
    return { operation: id, ...result }
  },
  migrate: async ({ pool }, input) => {
    await requireRoute(pool, input)
    return { version: await applyMigration(pool, input, input) }
  },
  'hand-edit-edge': async (platform, input) => {
    const { environment, app, edge, digest } = input
    await requireRoute(platform.pool, input)
    const apply = () => writeByHand(platform, edge, { environment, app, digest })
    return (await operate(platform, adminChange('edge-write', { environment, app, edge, request: input, apply })))
      .operation.result
  },
  'remove-artifact': ({ pool }, { digest }) =>
    changed(pool.query('UPDATE artifacts SET present = false WHERE digest = $1', [digest])),
  'set-health': ({ pool }, { environment, app, digest, healthy }) =>
    changed(
      pool.query('UPDATE ownerships SET healthy = $4 WHERE environment = $1 AND app = $2 AND digest = $3', [
        environment,
        app,
        digest,
        healthy,
      ]),
    ),
  'set-binding': ({ pool }, { environment, app, binding, state }) =>
    changed(
      pool.query('UPDATE bindings SET state = $4 WHERE environment = $1 AND app = $2 AND binding = $3', [
        environment,
        app,
        binding,
        state,
      ]),
    ),
}

async function changed(update: Promise<{ rowCount: number | null }>): Promise<{ changed: number }> {
  const { rowCount } = await update
  if (rowCount === 0 || rowCount === null)
    throw new PlatformProblem('not-found', 'there is nothing of this name to change')
  return { changed: rowCount }
}

/**
 * Lets happen what was set in advance, while every other request waits. A refusal, as by a freeze, is counted: the client's
 * answer does not depend on it.
 */
export async function letHappen(platform: Platform, due: readonly HappeningInAdvance[]): Promise<void> {
  if (due.length > 0) await platform.gate.during(async () => letAllHappen(platform, due))
}

async function letAllHappen(platform: Platform, due: readonly HappeningInAdvance[]): Promise<void> {
  for (const happening of due) {
    try {
      await letOneHappen(platform, happening)
    } catch (cause) {
      if (!(cause instanceof PlatformProblem)) throw cause
      platform.counters.count(`refused ${happening.fault}: ${cause.code}`)
    }
  }
}

function letOneHappen(platform: Platform, happening: HappeningInAdvance): Promise<object> {
  const happen = happenings[happening.fault] as (
    platform: Platform,
    input: HappeningInAdvance['with'],
  ) => Promise<object>
  return happen(platform, happening.with)
}
