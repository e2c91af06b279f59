import type { Worker } from '@temporalio/worker'

/** Runs workers until the process is asked to stop; work in hand is finished first. Where one fails, all of them end. */
export async function runUntilStopped(...workers: readonly Worker[]): Promise<void> {
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await Promise.all(workers.map(async (worker) => worker.run()))
}
