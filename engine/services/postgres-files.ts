import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canEnter, type User } from './postgres-user.ts'
import { ServiceError } from './service.ts'

/** Lets the user into the folder that will hold data and programs, though not look around in it. */
export async function openTo(user: User | undefined, folder: string): Promise<void> {
  if (user === undefined) return
  await chmod(folder, 0o711)
  if (await canEnter(folder, user)) return
  throw new ServiceError(
    `PostgreSQL refuses root and has to run as ${user.name}, who cannot enter ${folder}\n` +
      `hint: name a folder whose parents ${user.name} can enter, or do not run as root`,
  )
}

/** A copy of the programs that every user can execute. */
export async function copyPrograms(root: string, folder: string): Promise<string> {
  const copy = join(folder, 'programs')
  await rm(copy, { recursive: true, force: true })
  await cp(root, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') })
  await chmod(copy, 0o755)
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile())
      await chmod(path, (await stat(path)).mode | 0o444 | (entry.parentPath.endsWith('/bin') ? 0o111 : 0))
  }
  return copy
}

/** The password of the superuser: made once for a folder, random, readable by its owner only. */
export async function passwordIn(folder: string, user: User | undefined): Promise<{ file: string; password: string }> {
  const file = join(folder, 'password')
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return { file, password: known }
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, password, { mode: 0o600 })
  await giveTo(user, file)
  return { file, password }
}

/** Has the folder a complete database cluster? */
export async function isMade(data: string): Promise<boolean> {
  return stat(join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

/** Makes the cluster beside its place and renames it: one that was interrupted is made anew. */
export async function make(
  data: string,
  user: User | undefined,
  initdb: (into: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${data}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await giveTo(user, unfinished)
  await initdb(unfinished)
  await rename(unfinished, data)
}

async function giveTo(user: User | undefined, path: string): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid)
}
