import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const GRACE_MS = 15_000

/** Asks a process to end, waits until it has, and kills it where that takes too long. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(overdue)
}
