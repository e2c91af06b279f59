/** Remembers how to take down what was put up, and does it last first. What is put up later still is taken down at once. */
export class Cleanup {
  readonly #steps: (() => Promise<void>)[] = []
  #over = false

  /** Remembers a step; carries it out now where all others have been. */
  after(step: () => Promise<void>): void {
    if (this.#over) void step()
    else this.#steps.push(step)
  }

  async all(): Promise<void> {
    this.#over = true
    for (const step of this.#steps.splice(0).reverse()) await step()
  }
}
