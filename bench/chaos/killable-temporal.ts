import { setTimeout as wait } from 'node:timers/promises'
import { SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { startTemporal } from '../../engine/services/index.ts'
import type { Temporal } from '../../engine/services/index.ts'
import { say } from '../say.ts'
import type { Target } from './target.ts'

const PAUSE_MS = 300

/** A Temporal server with its state on disk, which comes back on the same port with what it had. */
export async function startKillableTemporal(
  dir: string,
  namespace: string,
): Promise<Target & { readonly address: string }> {
  let server = await start(dir, namespace)
  const { address } = server
  const port = Number(address.split(':').at(-1))
  let up = true
  let back = Promise.resolve()
  const comeBack = async (): Promise<void> => {
    await server.ended
    await server.stop().catch(() => undefined)
    server = await untilItStarts(dir, namespace, port)
    up = true
  }
  return {
    kind: 'temporal',
    address,
    get up() {
      return up
    },
    kill: () => {
      if (server.pid === undefined) throw new Error('this server was not started here: it is not killed')
      up = false
      process.kill(server.pid, 'SIGKILL')
      back = comeBack()
    },
    back: async () => back,
    stop: async () => server.stop(),
  }
}

/** The port may be taken for a moment after a kill. */
async function untilItStarts(dir: string, namespace: string, port: number): Promise<Temporal> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(dir, namespace, port)
    } catch (error) {
      if (tries === 10) throw error
      say(`Temporal did not come back at once: ${error instanceof Error ? error.message : String(error)}`)
      await wait(PAUSE_MS * tries)
    }
  }
}

/** A server that a variable names is somebody else's, and must not be killed. */
async function start(dir: string, namespace: string, port?: number): Promise<Temporal> {
  const { RUNPROOF_LAB_TEMPORAL: _, ...env } = process.env
  const quiet = { say: () => undefined, env, uiPort: false, searchAttributes: SEARCH_ATTRIBUTES } as const
  return startTemporal({ ...quiet, dir, namespace, ...(port === undefined ? {} : { port }) })
}
