import { rm } from 'node:fs/promises'

/** Takes down everything that the demo has put up, last first, whatever way it ends. */
export class Cleanup {
  /** Resolves at Ctrl-C or SIGTERM. */
  readonly interruption: Promise<void>
  readonly #steps: (() => Promise<unknown>)[] = []
  readonly #folders: string[] = []
  readonly #abort = new AbortController()

  constructor() {
    this.interruption = new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          this.#abort.abort()
          resolve()
        })
      }
    })
  }

  get interrupted(): boolean {
    return this.#abort.signal.aborted
  }

  /** Aborts at Ctrl-C: children that are only waited for end with it. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Remembers how to undo what was just done. */
  after(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** A folder that stays only when the demo succeeds. */
  folder(path: string): void {
    this.#folders.push(path)
  }

  async all(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step().catch(() => undefined)
  }

  async forget(): Promise<void> {
    for (const path of this.#folders.splice(0)) await rm(path, { recursive: true, force: true })
  }
}
