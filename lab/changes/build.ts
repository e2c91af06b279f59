import type { components } from '../../schemas/generated/platform.ts'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { PlatformRequest } from '../http/request.ts'
import { addArtifact, newestSchema } from './artifact.ts'
import { clientChange } from './client-change.ts'
import type { Change } from './operate.ts'

/** Builds a new artifact. It has the faults of the newest one: it is built from the same main. */
export function buildArtifact(request: PlatformRequest): Change {
  const app = request.path['app'] ?? ''
  const wanted = request.body as components['schemas']['BuildRequest']
  return clientChange('build', request, {
    app,
    request: wanted,
    async apply(tx) {
      const newest = await newestArtifact(tx, app)
      const schema = await newestSchema(tx, app)
      const version = newest.version + 1
      const range = { schemaMin: newest.schema_min, schemaMax: schema }
      return {
        digest: await addArtifact(tx, { app, version, ref: wanted.ref, ...range, errorRatio: newest.error_ratio }),
      }
    },
  })
}

interface Newest {
  version: number
  schema_min: number
  error_ratio: number
}

async function newestArtifact(tx: Queries, app: string): Promise<Newest> {
  const { rows } = await tx.query<Newest>(
    'SELECT version, schema_min, error_ratio FROM artifacts WHERE app = $1 ORDER BY version DESC LIMIT 1 FOR UPDATE',
    [app],
  )
  const [newest] = rows
  if (newest === undefined) throw new PlatformProblem('app-not-found', `there is no app ${app}`)
  return newest
}
