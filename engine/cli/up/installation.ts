import type { StateFolder } from '../../host/state-folder.ts'
import { say } from '../terminal.ts'
import { Child } from './child.ts'
import { Cleanup } from './cleanup.ts'
import type { TemporalInUse } from './temporal-server.ts'

/** Where everything that was put up is. */
export interface Addresses {
  readonly server: string
  readonly temporalUi: string | undefined
}

/** The processes of an installation. */
export class Processes {
  readonly #state: StateFolder
  readonly #temporal: TemporalInUse
  readonly #worker: Child
  readonly #sealing: Child
  readonly #server: Child
  #url = ''

  constructor(folder: string, state: StateFolder, temporal: TemporalInUse) {
    this.#state = state
    this.#temporal = temporal
    const args = ['--address', temporal.address, '--namespace', temporal.namespace]
    const silent = (): void => undefined
    this.#worker = new Child({ name: 'the worker', file: 'host/worker-process.ts', folder, args, ready: silent })
    this.#sealing = new Child({
      name: 'the sealing process',
      file: 'host/sealing-process.ts',
      folder,
      args,
      ready: silent,
    })
    const ready = (message: unknown): void => this.#listens(message)
    this.#server = new Child({ name: 'the HTTP server', file: 'server/server-process.ts', folder, args, ready })
  }

  /** Starts all of them, the worker first: it makes the keys that the others read. */
  async start(): Promise<Addresses> {
    say('starting the worker, the sealing process and the HTTP server; usually under 5 seconds')
    await this.#worker.start()
    await Promise.all([this.#sealing.start(), this.#server.start()])
    return { server: this.#url, temporalUi: this.#temporal.uiUrl }
  }

  /**
   * Ends them in the order in which nothing is waited for in vain: who starts runs, who carries them out, who seals them. Each is
   * ended, also where one before it could not be; what that failed with is thrown at the end.
   */
  async stop(): Promise<void> {
    const inOrder = new Cleanup()
    for (const child of [this.#sealing, this.#worker, this.#server]) inOrder.after(async () => child.stop())
    await inOrder.all()
  }

  /** Other commands find the installation by `endpoints.json` from now on. */
  #listens(message: unknown): void {
    this.#url = (message as { readonly url: string }).url
    const { address: temporal, namespace, uiUrl } = this.#temporal
    const ui = uiUrl === undefined ? {} : { temporalUi: uiUrl }
    this.#state.writeEndpoints({ temporal, namespace, server: this.#url, pid: process.pid, ...ui })
  }
}
