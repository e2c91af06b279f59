/** Takes down what was put up, last first, once; a step that fails does not keep the others from being taken. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = []
  #closing: Promise<void> | undefined

  /** Remembers how to take down what was just put up. */
  after(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Whoever asks again waits for the same end. */
  async all(): Promise<void> {
    return (this.#closing ??= this.#takeDown())
  }

  async #takeDown(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await step().catch(complain)
  }
}

function complain(error: unknown): void {
  process.stderr.write(`not taken down: ${error instanceof Error ? error.message : String(error)}\n`)
}
