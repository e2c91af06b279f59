import { PlatformProblem } from '../http/problem.ts'
import type { Queries } from '../database/transaction.ts'
import type { Answer, Reading } from './answer.ts'

type Present = Omit<Answer<'artifact'>, 'built_at'> & { built_at: Date }

/** Whether the registry holds an artifact: absence is an answer. */
export const artifact: Reading<'artifact'> = async ({ pool }, { path }) => {
  const digest = path['digest'] ?? ''
  const { rows } = await pool.query<Present>(
    'SELECT digest, present, app, ref, version, built_at, schema_min, schema_max FROM artifacts WHERE digest = $1 AND present',
    [digest],
  )
  const [found] = rows
  return found === undefined ? { digest, present: false } : { ...found, built_at: found.built_at.toISOString() }
}

/** Commits that are in `to` and not in `from`: main is one line, so these are the ones between them. */
export const changesBetween: Reading<'changesBetween'> = async ({ pool }, { path, query }) => {
  const app = path['app'] ?? ''
  const [from, to] = [await versionOf(pool, app, query['from'] ?? ''), await versionOf(pool, app, query['to'] ?? '')]
  const { rows } = await pool.query<Answer<'changesBetween'>['items'][number]>(
    `SELECT commit, title FROM commits JOIN artifacts USING (digest)
     WHERE app = $1 AND version > $2 AND version <= $3 ORDER BY position`,
    [app, from, to],
  )
  return { complete: true, items: rows }
}

async function versionOf(queries: Queries, app: string, digest: string): Promise<number> {
  const { rows } = await queries.query<{ version: number }>(
    'SELECT version FROM artifacts WHERE app = $1 AND digest = $2',
    [app, digest],
  )
  const [found] = rows
  if (found === undefined) throw new PlatformProblem('artifact-not-found', `${app} has no artifact ${digest}`)
  return found.version
}
