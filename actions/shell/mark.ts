import { createHash, randomUUID } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** By what the processes of one step are known: a variable that all of them inherit, and the folder in which they began. */
export interface Mark {
  readonly variable: string
  /** How the path of the folder begins; what follows is up to the system, so that nobody can take the place before. */
  readonly folders: string
}

/**
 * The mark of the step that has an idempotency key, in the installation of this working folder: whoever settles the step on the same
 * machine comes to the same mark, and no other step, run or installation does. Without a key, a mark that is never given again.
 */
export async function markOf(key: string): Promise<Mark> {
  const id = key === '' ? randomUUID() : await identityOf(key)
  return { variable: `RUNPROOF_PROCESS=${id}`, folders: join(await realpath(tmpdir()), `runproof-${id}-`) }
}

/** A folder is one thing on a machine, by whatever path it is reached; a copy of an installation is another. */
async function identityOf(key: string): Promise<string> {
  const { dev, ino } = await stat(process.cwd(), { bigint: true })
  return createHash('sha256')
    .update(JSON.stringify([`${dev}`, `${ino}`, key]))
    .digest('hex')
    .slice(0, 32)
}
