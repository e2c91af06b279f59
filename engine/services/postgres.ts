import { join } from 'node:path'
import pg from 'pg'
import { bareEnvironment } from './environment.ts'
import type { Command } from './keeper-messages.ts'
import { logTail } from './log-tail.ts'
import { freePort, LOOPBACK } from './ports.ts'
import { copyPrograms, isMade, make, openTo, passwordIn } from './postgres-files.ts'
import { locatePostgres, type PostgresPlace } from './postgres-place.ts'
import { temporaryFolderFor } from './postgres-user.ts'
import { openHome, startServer, type Home } from './server.ts'
import { ServiceError, type Say, type Service, type ServiceOptions } from './service.ts'

const SUPERUSER = 'runproof'

/** A PostgreSQL server. */
export interface Postgres extends Service {
  /** Of a superuser, password included: not for logs. */
  readonly url: string
}

/** Finds PostgreSQL and starts it on a cluster of its own; one named by RUNPROOF_LAB_POSTGRES is used as it is. */
export async function startPostgres({ say, dir, port, env = process.env }: ServiceOptions): Promise<Postgres> {
  const place = await locatePostgres(env, say)
  if (place.kind === 'variable') return borrowed(place.url)
  const home = await openHome('postgres', dir, await temporaryFolderFor(place.user))
  const { programs, password } = await prepare(home, place, say)
  const listenOn = port ?? (await freePort())
  const url = `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${listenOn}/postgres`
  const { told, ...server } = await startServer(home, {
    service: 'PostgreSQL',
    origin: place.origin,
    command: commandFor(home, place, serverLine(programs, home, listenOn)),
    where: `${LOOPBACK}:${listenOn}`,
    answers: () => versionOf(url),
    say,
  })
  return { ...server, url, version: told }
}

type Programs = Extract<PostgresPlace, { kind: 'programs' }>

/** What must be there before a start: programs that can be executed, a cluster, the password of its superuser. */
async function prepare(home: Home, place: Programs, say: Say): Promise<{ programs: string; password: string }> {
  try {
    await openTo(place.user, home.folder)
    const programs = join(place.copyFirst ? await copyPrograms(place.root, home.folder) : place.root, 'bin')
    const { file, password } = await passwordIn(home.folder, place.user)
    if (await isMade(dataOf(home))) return { programs, password }
    say('PostgreSQL: making a new cluster with `initdb`; usually 1 to 3 seconds')
    await make(dataOf(home), place.user, (into) =>
      home.keeper.run(commandFor(home, place, initLine(programs, into, file))),
    )
    return { programs, password }
  } catch (error) {
    const tail = await logTail(home.keeper.logFile)
    await home.keeper.release()
    throw new ServiceError(
      [`PostgreSQL cannot be prepared: ${(error as Error).message}`, tail].filter(Boolean).join('\n'),
    )
  }
}

function initLine(programs: string, into: string, passwordFile: string): Command['argv'] {
  const access = ['--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256']
  return [join(programs, 'initdb'), '--pgdata', into, ...access, '--encoding', 'UTF8', '--no-locale']
}

function serverLine(programs: string, home: Home, port: number): Command['argv'] {
  const settings = {
    listen_addresses: LOOPBACK,
    port,
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // What is thrown away at the end need not survive a power cut; it survives any kill.
    fsync: home.throwAway ? 'off' : 'on',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return [join(programs, 'postgres'), '-D', dataOf(home), ...options]
}

/** SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait until every client has gone. */
function commandFor({ folder }: Home, { user }: Programs, argv: Command['argv']): Command {
  const ids = user && { user: { uid: user.uid, gid: user.gid } }
  return { argv, cwd: folder, env: bareEnvironment(), stopSignal: 'SIGINT', ...ids }
}

function dataOf({ folder }: Home): string {
  return join(folder, 'data')
}

async function borrowed(url: string): Promise<Postgres> {
  if (!URL.canParse(url))
    throw new ServiceError(
      'RUNPROOF_LAB_POSTGRES is no URL\nhint: write it as postgres://user:password@host:port/database',
    )
  const version = await versionOf(url).catch((error: Error) => {
    throw new ServiceError(`RUNPROOF_LAB_POSTGRES names ${new URL(url).host}, but it cannot be used: ${error.message}`)
  })
  return { url, origin: 'variable', version, command: [], stop: async () => undefined }
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined) // a connection that is cut also fails the call that uses it
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return rows[0]?.server_version ?? ''
  } finally {
    await client.end().catch(() => undefined)
  }
}
