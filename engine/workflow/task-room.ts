import { CancellationScope, patched, sleep, workflowInfo } from '@temporalio/workflow'

/** Temporal takes 4 MB as the answer of one workflow task, and as one write; what weighs little is not counted. */
const MOST = 3_400_000

/** Executions that were under way before heavy requests waited for each other are replayed as they were. */
const IN_TURN = 'heavy-in-turn'

/** How much is begun in one workflow task: what would be too much together begins in the next one. */
export class TaskRoom {
  #task = -1
  #bytes = 0
  #next: Promise<void> | undefined

  /** Takes room in this workflow task, where there is enough; nothing is too big for a task of its own. */
  takes(bytes: number): boolean {
    const { historyLength } = workflowInfo()
    if (historyLength !== this.#task) this.#bytes = 0
    this.#task = historyLength
    if (this.#bytes > 0 && this.#bytes + bytes > MOST && patched(IN_TURN)) return false
    this.#bytes += bytes
    return true
  }

  /** Waits for a workflow task that has room, and takes it. */
  async taken(bytes: number): Promise<void> {
    while (!this.takes(bytes)) await this.#nextTask()
  }

  /** All who wait go on together. */
  async #nextTask(): Promise<void> {
    this.#next ??= CancellationScope.nonCancellable(async () =>
      sleep(1, { summary: 'one message to Temporal takes no more' }),
    ).finally(() => {
      this.#next = undefined
    })
    await this.#next
  }
}
