import { addArtifact, digestOf, newestSchema } from '../changes/artifact.ts'
import { changeRoute } from '../changes/change-route.ts'
import { requireNotFrozen } from '../changes/freeze.ts'
import { operate } from '../changes/operate.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Platform } from '../platform.ts'
import { requireRoute } from '../readings/identity.ts'
import type { Operation } from '../readings/operations.ts'
import { readOwner } from '../readings/route.ts'
import { adminChange } from './admin-change.ts'
import { applyMigration } from './migrate.ts'
import type { HappeningInput } from './schemas.ts'

/** A promotion on the normal path: the artifact is built first, then it becomes the owner, unless promotions are frozen. */
export async function promote(platform: Platform, input: HappeningInput<'promote'>): Promise<Operation> {
  const { environment, app, migration } = input
  await requireRoute(platform.pool, input)
  const to = await buildVersion(platform, input)
  const { epoch: expectedEpoch } = await readOwner(platform.pool, input)
  const change = adminChange('promotion', {
    environment,
    app,
    request: input,
    async apply(tx, operation) {
      await requireNotFrozen(tx, environment)
      const result = await changeRoute(tx, { environment, app, to, expectedEpoch, operation })
      if (migration !== undefined) await applyMigration(tx, input, migration)
      return result
    },
  })
  return (await operate(platform, change)).operation
}

/** A version is built once; promoting it again, elsewhere or later, promotes the same artifact. */
async function buildVersion({ pool }: Platform, input: HappeningInput<'promote'>): Promise<string> {
  const { app, version, errorRatio } = input
  return inTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query('SELECT 1 FROM artifacts WHERE app = $1 AND version = $2', [app, version])
    if (rowCount === 1) return digestOf(app, version)
    const schema = await newestSchema(tx, app)
    const { schemaMin = 1, schemaMax = schema } = input
    return addArtifact(tx, { app, version, ref: `release-${version}`, schemaMin, schemaMax, errorRatio })
  })
}

/** Another operation writes the same digest again: the epoch moves, nothing else. It was admitted before any freeze. */
export async function moveEpoch(
  platform: Platform,
  { environment, app }: HappeningInput<'move-epoch'>,
): Promise<Operation> {
  const change = adminChange('promotion', {
    environment,
    app,
    request: { again: true },
    async apply(tx, operation) {
      const { digest: to, epoch: expectedEpoch } = await readOwner(tx, { environment, app })
      return changeRoute(tx, { environment, app, to, expectedEpoch, operation })
    },
  })
  return (await operate(platform, change)).operation
}
