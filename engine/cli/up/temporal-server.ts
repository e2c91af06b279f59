import { setTimeout as wait } from 'node:timers/promises'
import { makeFolders } from '../../host/state-folder.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../host/temporal.ts'
import { freePort, makeNamespace, startTemporal } from '../../services/index.ts'
import type { Temporal } from '../../services/index.ts'
import { say } from '../terminal.ts'
import { freeAgain, remember, remembered, untilGone } from './temporal-memory.ts'

/** The Temporal that an installation uses. */
export interface TemporalInUse {
  readonly address: string
  readonly namespace: string
  readonly uiUrl?: string
  /** The command line with which it was started; empty where it was not started here. */
  readonly command: readonly string[]
  stop(): Promise<void>
}

const NAMESPACE = 'default'

/** The server that TEMPORAL_ADDRESS names, else a development server of our own whose runs outlive it. */
export async function openTemporal(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<TemporalInUse> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = NAMESPACE } = env
  return address ? borrowed(address, namespace) : new OwnServer(folder, await ownPorts(folder)).start()
}

async function borrowed(address: string, namespace: string): Promise<TemporalInUse> {
  say(`Temporal: using ${address}, namespace ${namespace} (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE)`)
  await (await connectTemporal({ address, namespace })).connection.close()
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say })
  return { address, namespace, command: [], stop: async () => undefined }
}

interface Ports {
  readonly port: number
  readonly uiPort: number
}

/** The ports of the last time where they are free: bookmarks and other programs keep working. */
async function ownPorts(folder: string): Promise<Ports> {
  makeFolders(folder)
  const earlier = remembered(folder)
  await untilGone(earlier)
  const { port, uiPort } = await freeAgain(earlier)
  return { port: port ?? (await freePort()), uiPort: uiPort ?? (await freePort()) }
}

/** A server of our own: started again, at the same address, when it ends by itself. */
class OwnServer implements TemporalInUse {
  readonly namespace = NAMESPACE
  readonly #folder: string
  readonly #ports: Ports
  #running: Temporal | undefined
  #stopping = false

  constructor(folder: string, ports: Ports) {
    this.#folder = folder
    this.#ports = ports
  }

  get address(): string {
    return `127.0.0.1:${this.#ports.port}`
  }

  get uiUrl(): string {
    return `http://127.0.0.1:${this.#ports.uiPort}`
  }

  get command(): readonly string[] {
    return this.#running?.command ?? []
  }

  async start(): Promise<this> {
    const { RUNPROOF_LAB_TEMPORAL: _ofTheLab, ...env } = process.env
    const options = {
      ...this.#ports,
      dir: this.#folder,
      namespace: this.namespace,
      searchAttributes: SEARCH_ATTRIBUTES,
    }
    const server = await startTemporal({ ...options, env, say })
    this.#running = server
    remember(this.#folder, { ...this.#ports, pid: server.pid ?? 0 })
    void server.ended?.then(async () => this.#again())
    return this
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#running?.stop()
  }

  async #again(): Promise<void> {
    for (let pause = 1_000; !this.#stopping; pause = Math.min(pause * 2, 30_000)) {
      say(`Temporal has ended by itself; starting it again in ${pause / 1000} s`)
      await wait(pause)
      if (this.#stopping) return
      const started = await this.start().then(() => true, noted)
      if (started) return
    }
  }
}

function noted(error: unknown): boolean {
  say(`Temporal: ${error instanceof Error ? error.message : String(error)}`)
  return false
}
