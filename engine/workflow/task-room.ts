import { CancellationScope, patched, sleep } from '@temporalio/workflow'

/** Temporal takes 4 MB as the answer of one workflow task, and as one write. */
const MOST = 3_400_000

/** Executions that were under way before heavy requests waited for each other are replayed as they were. */
const IN_TURN = 'heavy-in-turn-by-timers'

/**
 * How much is begun in one workflow task: what would be too much together begins after a timer, and so in a later one. Tasks are not told
 * from each other by the length of the history, which may be another one in a replay where a task was prolonged.
 */
export class TaskRoom {
  /** Since the last timer. */
  #bytes = 0
  #next: Promise<void> | undefined

  /** Takes room, where there is enough; nothing is too big for a task of its own. */
  takes(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > MOST && patched(IN_TURN)) return false
    this.#bytes += bytes
    return true
  }

  /** Waits for room, and takes it. */
  async taken(bytes: number): Promise<void> {
    while (!this.takes(bytes)) await this.#nextTask()
  }

  /** All who wait go on together. */
  async #nextTask(): Promise<void> {
    this.#next ??= CancellationScope.nonCancellable(async () =>
      sleep(1, { summary: 'one message to Temporal takes no more' }),
    ).finally(() => {
      this.#next = undefined
      this.#bytes = 0
    })
    await this.#next
  }
}
