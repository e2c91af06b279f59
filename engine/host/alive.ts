import { cancellationSignal, heartbeat } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'

/** How often an activity says that it is alive. */
export const HEARTBEAT_MS = 2_000

/** Keeps saying that the activity is alive; a process that is gone is noticed by its silence. No stack leaves the host. */
export async function alive<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_MS)
  try {
    return await work()
  } catch (error) {
    if (error instanceof ApplicationFailure || cancellationSignal().aborted) throw error
    const failure = error instanceof Error ? error : new Error('the activity failed')
    throw ApplicationFailure.create({
      message: failure.message.toWellFormed(),
      type: failure.name,
      nonRetryable: false,
    })
  } finally {
    clearInterval(beat)
  }
}
