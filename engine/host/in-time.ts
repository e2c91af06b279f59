/** Waits for work until its signal says that its time is over, also where the work itself does not listen to it. */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: overdue, reject } = Promise.withResolvers<never>()
  const end = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    return await Promise.race([work, overdue])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
