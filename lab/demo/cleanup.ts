import { rm } from 'node:fs/promises'

/** Takes down everything that the demo has put up, last first, whatever way it ends. */
export class Cleanup {
  /** Resolves at Ctrl-C or SIGTERM. */
  readonly interruption: Promise<void>
  readonly #steps: (() => Promise<unknown>)[] = []
  readonly #folders: string[] = []
  readonly #abort = new AbortController()
  #over = false

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

  /** Remembers how to undo what was just done; what comes up after the end is taken down at once. */
  after(step: () => Promise<unknown>): void {
    if (this.#over) void step().catch(() => undefined)
    else this.#steps.push(step)
  }

  /** A folder that stays only when the demo succeeds. */
  folder(path: string): void {
    this.#folders.push(path)
  }

  async all(): Promise<void> {
    this.#over = true
    for (const step of this.#steps.splice(0).reverse()) await step().catch(() => undefined)
  }

  async forget(): Promise<void> {
    for (const path of this.#folders.splice(0)) await rm(path, { recursive: true, force: true })
  }
}
