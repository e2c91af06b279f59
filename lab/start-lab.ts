import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Where the lab's servers are, and what it may be told beside that. */
export interface LabOptions {
  readonly postgresUrl: string
  readonly natsUrl: string
  readonly port?: number
  readonly edges?: readonly string[]
  readonly hosts?: readonly string[]
  /** How long the series of a digest outlive its traffic. */
  readonly trafficTailMs?: number
}

/** A lab that runs as a child process. */
export interface Lab {
  /** The control plane. */
  readonly url: string
  readonly token: string
  readonly prometheusUrl: string
  readonly adminUrl: string
  readonly adminToken: string
  /** The sink for notifications. */
  readonly notifyUrl: string
  readonly notifyToken: string
  readonly database: string
  readonly stream: string
  readonly pid: number
  /** Stops the process, which removes its database and its stream. */
  stop(): Promise<void>
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>
type Ready = Pick<Lab, 'url' | 'prometheusUrl' | 'adminUrl' | 'notifyUrl' | 'database' | 'stream'>

const STOP_WITHIN_MS = 15_000

/** Starts the lab as a process of its own; it stops by itself when this process is gone. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const tokens = { token: newToken(), adminToken: newToken(), notifyToken: newToken() }
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: environmentOf(options, tokens),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ready = await whenReady(child)
  return { ...ready, ...tokens, pid: child.pid ?? 0, stop: () => stop(child) }
}

const newToken = (): string => randomBytes(24).toString('base64url')

type Tokens = Pick<Lab, 'token' | 'adminToken' | 'notifyToken'>

/** Named variables only: nothing of this process reaches the lab by chance. */
function environmentOf(options: LabOptions, tokens: Tokens): NodeJS.ProcessEnv {
  const { port, edges, hosts, trafficTailMs } = options
  return {
    PATH: process.env['PATH'],
    RUNPROOF_LAB_POSTGRES: options.postgresUrl,
    RUNPROOF_LAB_NATS: options.natsUrl,
    RUNPROOF_LAB_TOKEN: tokens.token,
    RUNPROOF_LAB_ADMIN_TOKEN: tokens.adminToken,
    RUNPROOF_LAB_NOTIFY_TOKEN: tokens.notifyToken,
    RUNPROOF_LAB_PARENT: 'stdin',
    ...(port === undefined ? {} : { RUNPROOF_LAB_PORT: String(port) }),
    ...(edges === undefined ? {} : { RUNPROOF_LAB_EDGES: edges.join() }),
    ...(hosts === undefined ? {} : { RUNPROOF_LAB_HOSTS: hosts.join() }),
    ...(trafficTailMs === undefined ? {} : { RUNPROOF_LAB_TRAFFIC_TAIL_MS: String(trafficTailMs) }),
  }
}

/** The first line that the lab prints; what it says on stderr, where it ends before that. */
async function whenReady(child: Child): Promise<Ready> {
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line'), once(child, 'close').then(() => undefined)])
  if (line === undefined) throw new Error(`the lab did not start: ${complaints.join('').trim()}`)
  const { url, prometheusUrl, adminUrl, notifyUrl, database, stream } = JSON.parse(String(line[0])) as Ready
  return { url, prometheusUrl, adminUrl, notifyUrl, database, stream }
}

async function stop(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  child.kill('SIGTERM')
  await closed
  clearTimeout(overdue)
}
