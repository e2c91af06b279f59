import { bareEnvironment } from './environment.ts'
import { locate, type GoProgram } from './go-program.ts'
import { freePort, LOOPBACK } from './ports.ts'
import { openHome, startServer } from './server.ts'
import { ServiceError, type Service, type ServiceOptions } from './service.ts'
import { makeNamespace, serverVersion, type SearchAttributes } from './temporal-client.ts'
import { commandLine } from './temporal-command.ts'

const PROGRAM: GoProgram = {
  service: 'Temporal',
  executable: 'temporal',
  package: 'github.com/temporalio/cli/cmd/temporal',
  version: 'v1.5.1',
  goVersion: '1.25',
  buildTakes: 'under 4 minutes',
  minimum: '1.29.1',
  versionName: 'Server',
  versionIn: /Server (\d+\.\d+\.\d+)/,
  variable: 'RUNPROOF_LAB_TEMPORAL',
  variableForm: 'host:port',
}

export interface TemporalOptions extends ServiceOptions {
  /** Port of the web interface, `false` for none; a free one when absent. */
  readonly uiPort?: number | false
  /** Made when absent; `default` when not given. */
  readonly namespace?: string
  /** Registered in the namespace when absent there. */
  readonly searchAttributes?: SearchAttributes
}

/** A Temporal server whose namespace can be used. */
export interface Temporal extends Service {
  readonly address: string
  readonly namespace: string
  readonly uiUrl?: string
}

/** Finds or gets Temporal and starts its development server; one named by RUNPROOF_LAB_TEMPORAL is used as it is. */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { say, env = process.env } = options
  const place = await locate(PROGRAM, env, say)
  if (place.kind === 'variable') return borrowed(place.value, options)
  const { namespace = 'default', searchAttributes = {} } = options
  const port = options.port ?? (await freePort())
  const uiPort = options.uiPort ?? (await freePort())
  const address = `${LOOPBACK}:${port}`
  const home = await openHome('temporal', options.dir)
  const argv = commandLine({ ...place, ...home, port, uiPort, namespace, searchAttributes })
  const { told, ...server } = await startServer(home, {
    service: PROGRAM.service,
    origin: place.origin,
    command: { argv, cwd: home.folder, env: bareEnvironment(env) },
    where: address,
    answers: () => serverVersion(address, namespace),
    say,
  })
  const ui = uiPort === false ? {} : { uiUrl: `http://${LOOPBACK}:${uiPort}` }
  return { ...server, ...ui, address, namespace, version: told }
}

async function borrowed(address: string, options: TemporalOptions): Promise<Temporal> {
  const { namespace = 'default', searchAttributes = {}, say } = options
  if (!/^[^\s/:]+:\d+$/.test(address)) {
    throw new ServiceError(`RUNPROOF_LAB_TEMPORAL is no address\nhint: write it as ${PROGRAM.variableForm}`)
  }
  say(
    `Temporal: using the server at ${address}, namespace ${namespace}; a new namespace usually takes under 15 seconds`,
  )
  const version = await makeNamespace({ address, namespace, searchAttributes, say }).catch((error: Error) => {
    throw new ServiceError(`RUNPROOF_LAB_TEMPORAL names ${address}, but it cannot be used: ${error.message}`)
  })
  return { address, namespace, origin: 'variable', version, command: [], stop: async () => undefined }
}
