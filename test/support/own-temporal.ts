import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTemporal } from '../../engine/services/index.ts'
import type { Temporal } from '../../engine/services/index.ts'

/** A Temporal server of one test alone, which can be killed and comes back with what it had on disk. */
export interface OwnTemporal {
  readonly address: string
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
  /** Starts it again on the same file and the same port. */
  restart(): Promise<void>
  /** Stops it and removes what it kept. */
  stop(): Promise<void>
}

/** Starts such a server. */
export async function startOwnTemporal(): Promise<OwnTemporal> {
  const dir = await mkdtemp(join(tmpdir(), 'runproof-own-temporal-'))
  let server = await start(dir)
  const { address } = server
  return {
    address,
    kill: async () => {
      if (server.pid === undefined) throw new Error('this server was not started here: it is not killed')
      process.kill(server.pid, 'SIGKILL')
      await server.ended
      await server.stop()
    },
    restart: async () => {
      server = await start(dir, Number(address.split(':').at(-1)))
    },
    stop: async () => {
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A server that a variable names is somebody else's: this test needs one that it may kill. */
async function start(dir: string, port?: number): Promise<Temporal> {
  const { RUNPROOF_LAB_TEMPORAL: _, ...env } = process.env
  return startTemporal({ say: () => undefined, dir, env, uiPort: false, ...(port === undefined ? {} : { port }) })
}
