import { createHash } from 'node:crypto'
import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'

/** An artifact to be put into the registry. */
export interface NewArtifact {
  readonly app: string
  readonly version: number
  readonly ref: string
  readonly schemaMin: number
  readonly schemaMax: number
  readonly errorRatio: number
}

/** Puts an artifact into the registry, with the commit that it brings; answers its digest. */
export async function addArtifact(tx: Queries, artifact: NewArtifact): Promise<string> {
  const { app, version, ref } = artifact
  const digest = digestOf(app, version)
  const { rowCount } = await tx.query(
    `INSERT INTO artifacts (digest, app, version, ref, schema_min, schema_max, error_ratio)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [digest, app, version, ref, artifact.schemaMin, artifact.schemaMax, artifact.errorRatio],
  )
  if (rowCount === 0) throw new PlatformProblem('bad-request', `${app} has a version ${version} already`)
  await tx.query('INSERT INTO commits (commit, digest, title) VALUES ($1, $2, $3)', [
    createHash('sha1').update(digest).digest('hex'),
    digest,
    `Change of ${app} that came with version ${version}`,
  ])
  return digest
}

/** The digest of a version: always the same, so that it can be told beforehand. */
export function digestOf(app: string, version: number): string {
  return `sha256:${createHash('sha256').update(`practice artifact ${app} ${version}`).digest('hex')}`
}

/** The newest schema that any environment has for the app: what a build of today is tested with. */
export async function newestSchema(tx: Queries, app: string): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    'SELECT coalesce(max(version), 1)::integer AS version FROM migrations WHERE app = $1',
    [app],
  )
  return rows[0]?.version ?? 1
}
