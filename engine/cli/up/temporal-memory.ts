import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { readSmallFile } from '../../../evidence/small-file.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { bornAt, isAlive } from './process-life.ts'
import type { ProcessLife } from './process-life.ts'

/** What is remembered of the Temporal server of a folder: its ports, so that addresses stay, and its process. */
export interface TemporalMemory extends ProcessLife {
  readonly port: number
  readonly uiPort: number
}

/** What an earlier `up` wrote; undefined where there was none. */
export function remembered(folder: string): TemporalMemory | undefined {
  try {
    return JSON.parse(readSmallFile(fileIn(folder)).toString('utf8')) as TemporalMemory
  } catch {
    return undefined
  }
}

/** Remembers a server that was just started. */
export function remember(folder: string, { port, uiPort, pid }: Omit<TemporalMemory, 'bornAt'>): void {
  writeFileSync(fileIn(folder), `${JSON.stringify({ port, uiPort, pid, bornAt: bornAt(pid) ?? '' })}\n`, {
    mode: 0o600,
  })
}

const PATIENCE_MS = 15_000

/** Two servers would spoil one database: the one of an `up` that was killed must have ended first. */
export async function untilGone(earlier: TemporalMemory | undefined): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  while (earlier !== undefined && isAlive(earlier)) {
    if (Date.now() > until) throw stillThere(earlier)
    await wait(100)
  }
}

/** Of the remembered ports, those that nobody else has taken meanwhile. */
export async function freeAgain(earlier: TemporalMemory | undefined): Promise<{ port?: number; uiPort?: number }> {
  if (earlier === undefined) return {}
  const [port, uiPort] = await Promise.all([earlier.port, earlier.uiPort].map(isFree))
  return { ...(port === true ? { port: earlier.port } : {}), ...(uiPort === true ? { uiPort: earlier.uiPort } : {}) }
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return promise
}

function stillThere({ pid }: TemporalMemory): OperatorError {
  return new OperatorError(
    'RP0203',
    `the Temporal server of an earlier \`up\` still runs, as process ${pid}`,
    `end it: kill ${pid}`,
  )
}

function fileIn(folder: string): string {
  return join(folder, 'server.json')
}
