import type { Worker } from '@temporalio/worker'

/** Runs a worker until the process is asked to stop; work in hand is finished first. */
export async function runUntilStopped(worker: Worker): Promise<void> {
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await worker.run()
}
