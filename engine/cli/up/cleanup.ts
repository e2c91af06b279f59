import { say } from '../terminal.ts'

type Step = () => Promise<void>

/** Remembers how to take down what was put up, and does it last first. What is put up later still is taken down at once. */
export class Cleanup {
  readonly #steps: Step[] = []
  #over = false

  /** Remembers a step; carries it out now where all others have been. Nobody waits for that: what it fails with is said. */
  after(step: Step): void {
    if (!this.#over) this.#steps.push(step)
    else void carryOut(step).then((failures) => failures.forEach(sayOf))
  }

  /**
   * Does the work, then carries out every step. Where the work has failed, that is what is thrown: what the steps fail with as
   * well is said beside it. `over` is called in between.
   */
  async afterwards<T>(work: () => Promise<T>, over: () => void = () => undefined): Promise<T> {
    const [done] = await Promise.allSettled([work()])
    over()
    if (done.status === 'fulfilled') return this.all().then(() => done.value)
    await this.all().catch((error: unknown) => sayOf(error))
    throw done.reason
  }

  /** Carries out every step, also where one before it has failed; throws at the end what they failed with. */
  async all(): Promise<void> {
    this.#over = true
    const failures: Error[] = []
    for (const step of this.#steps.splice(0).reverse()) failures.push(...(await carryOut(step)))
    if (failures.length > 1) throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
    if (failures[0] !== undefined) throw failures[0]
  }
}

function sayOf(error: unknown): void {
  say(`stopping: ${error instanceof Error ? error.message : String(error)}`)
}

/** What a step failed with; nothing where it did not fail. */
async function carryOut(step: Step): Promise<Error[]> {
  try {
    await step()
    return []
  } catch (error) {
    return [error instanceof Error ? error : new Error(String(error))]
  }
}
