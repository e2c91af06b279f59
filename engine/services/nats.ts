import { locate, type GoProgram } from './go-program.ts'
import { freePort, greeting, LOOPBACK } from './ports.ts'
import { bareEnvironment } from './environment.ts'
import { openHome, startServer } from './server.ts'
import { ServiceError, type Service, type ServiceOptions } from './service.ts'

const PROGRAM: GoProgram = {
  service: 'NATS',
  executable: 'nats-server',
  package: 'github.com/nats-io/nats-server/v2',
  version: 'v2.15.2',
  goVersion: '1.25',
  buildTakes: 'under 1 minute',
  minimum: '2.10.0',
  versionName: 'version',
  versionIn: /nats-server: v(\d+\.\d+\.\d+)/,
  variable: 'RUNPROOF_LAB_NATS',
  variableForm: 'nats://host:port',
}

/** A NATS server with JetStream. */
export interface Nats extends Service {
  readonly url: string
}

/** Finds or gets NATS and starts it with JetStream; a server named by RUNPROOF_LAB_NATS is used as it is. */
export async function startNats({ say, dir, port, env = process.env }: ServiceOptions): Promise<Nats> {
  const place = await locate(PROGRAM, env, say)
  if (place.kind === 'variable') return borrowed(place.value)
  const listenOn = port ?? (await freePort())
  const home = await openHome('nats', dir)
  const { told, ...server } = await startServer(home, {
    service: PROGRAM.service,
    origin: place.origin,
    command: { argv: commandLine(place.file, listenOn, home.folder), cwd: home.folder, env: bareEnvironment(env) },
    where: `${LOOPBACK}:${listenOn}`,
    answers: () => info(LOOPBACK, listenOn),
    say,
  })
  return { ...server, url: `nats://${LOOPBACK}:${listenOn}`, version: told.version }
}

function commandLine(file: string, port: number, folder: string): [string, ...string[]] {
  return [file, '--addr', LOOPBACK, '--port', String(port), '--jetstream', '--store_dir', folder]
}

async function borrowed(url: string): Promise<Nats> {
  const { hostname, port } = parse(url)
  const { version } = await info(hostname, Number(port || 4222)).catch((error: Error) => {
    throw new ServiceError(
      `RUNPROOF_LAB_NATS names ${hostname}:${port}, but no usable server answers there: ${error.message}`,
    )
  })
  return { url, origin: 'variable', version, command: [], stop: async () => undefined }
}

function parse(url: string): URL {
  if (URL.canParse(url)) return new URL(url)
  throw new ServiceError(`RUNPROOF_LAB_NATS is no URL\nhint: write it as ${PROGRAM.variableForm}`)
}

/** What a NATS server says first, to everyone who connects. */
async function info(host: string, port: number): Promise<{ readonly version: string }> {
  const line = await greeting(host, port)
  const told = JSON.parse(line.replace(/^INFO /, '')) as { version: string; jetstream?: boolean }
  if (told.jetstream !== true) throw new Error('JetStream is off there')
  return told
}
