import { join } from 'node:path'
import { LOOPBACK } from './ports.ts'
import type { SearchAttributes } from './temporal-client.ts'

/** What distinguishes one development server from another. */
export interface DevelopmentServer {
  readonly file: string
  readonly folder: string
  readonly throwAway: boolean
  readonly port: number
  readonly uiPort: number | false
  readonly namespace: string
  readonly searchAttributes: SearchAttributes
}

/** One shard polled in a quantum of 50 ms makes 100 ms a step; these settings take it away. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.enableActivityEagerExecution=true',
  'frontend.enableServerVersionCheck=false',
]

/** FULL keeps every commit over a power cut, and costs next to nothing more than NORMAL. */
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=FULL']

/** The command line of a development server: its state in `temporal.db`, or in memory where it is thrown away. */
export function commandLine(server: DevelopmentServer): [string, ...string[]] {
  const { file, port, uiPort, namespace, searchAttributes } = server
  return [
    file,
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port)],
    ...(uiPort === false ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--namespace', namespace, '--log-level', 'warn', '--color', 'never'],
    ...state(server),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ]
}

function state({ folder, throwAway }: DevelopmentServer): string[] {
  if (throwAway) return []
  const pragmas = SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma])
  return ['--db-filename', join(folder, 'temporal.db'), ...pragmas]
}
