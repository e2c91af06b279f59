const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Aborted as soon as this process is asked to end, or whoever started it is gone. One Ctrl-C may arrive twice, from the
 * terminal and from `bin/runproof.mjs`; so a second one is not taken for impatience.
 */
export function interruption(): AbortSignal {
  const asked = new AbortController()
  const ask = (): void => asked.abort()
  for (const signal of SIGNALS) process.on(signal, ask)
  process.once('disconnect', ask)
  process.channel?.unref()
  return asked.signal
}

/** Aborted as soon as nobody can read the result any more: its reader is gone, or the disk that takes it is full. */
export function unread(): AbortSignal {
  const gone = new AbortController()
  process.stdout.once('error', () => gone.abort())
  return gone.signal
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What some work comes to; undefined where the signal is aborted before. What is asked for again and again leaves nothing on the signal. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  const end = (): void => resolve(undefined)
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return Promise.race([aborted, work]).finally(() => signal.removeEventListener('abort', end))
}
