import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** Another user of this machine. */
export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const CANDIDATES = ['postgres', 'nobody']

/** PostgreSQL refuses to run as root: who runs it then? `undefined` where we are not root and run it ourselves. */
export async function unprivilegedUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = CANDIDATES.map((name) => lines.find((fields) => fields[0] === name)).find(
    (found) => found !== undefined,
  )
  if (entry === undefined)
    throw new Error(`PostgreSQL refuses to run as root, and no user ${CANDIDATES.join(' or ')} exists`)
  return { name: entry[0] ?? '', uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** May the user enter this folder, or execute this file, and all folders above it? */
export async function canEnter(path: string, user: User | undefined): Promise<boolean> {
  if (user === undefined) return true
  if (!(await hasExecuteBit(path, user))) return false
  return path === dirname(path) || canEnter(dirname(path), user)
}

async function hasExecuteBit(path: string, user: User): Promise<boolean> {
  const { uid, gid, mode } = await stat(path)
  if (uid === user.uid) return (mode & 0o100) !== 0
  if (gid === user.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}

/** A folder for temporary files that the user can enter. */
export async function temporaryFolderFor(user: User | undefined): Promise<string> {
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await canEnter(folder, user).catch(() => false)) return folder
  }
  throw new Error(`the user ${user?.name} can enter no folder for temporary files`)
}
