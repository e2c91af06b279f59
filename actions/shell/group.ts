import type { ChildProcess } from 'node:child_process'

const GRACE_MS = 500
const alive = new Set<number>()

// A worker that exits in order takes its processes with it; `detached` alone would leave them behind.
process.once('exit', () => alive.forEach((group) => kill(group, 'SIGKILL')))

/**
 * Watches over the process group that a detached child leads: the signal ends it, politely for 500 ms; when the child
 * has exited, what is left of the group is killed. Returns the function that ends the watch.
 */
export function guardGroup(
  child: Pick<ChildProcess, 'pid' | 'once' | 'stdout' | 'stderr'>,
  signal: AbortSignal,
): () => void {
  const group = child.pid
  if (group === undefined) return () => undefined
  alive.add(group)
  const timers: NodeJS.Timeout[] = []
  const onAbort = () => {
    kill(group, 'SIGTERM')
    timers.push(setTimeout(() => kill(group, 'SIGKILL'), GRACE_MS))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  child.once('exit', () => {
    // Once nobody is left of the group, its number may be another's.
    signal.removeEventListener('abort', onAbort)
    timers.splice(0).forEach(clearTimeout)
    kill(group, 'SIGKILL')
    alive.delete(group)
    timers.push(setTimeout(() => closePipes(child), GRACE_MS))
  })
  return () => {
    signal.removeEventListener('abort', onAbort)
    timers.forEach(clearTimeout)
  }
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch {
    // Nobody of the group is left, or what is left runs as a user whom the worker may not signal.
  }
}

/** A grandchild that left the group may hold the pipes open: the run does not wait for it. */
function closePipes(child: Pick<ChildProcess, 'stdout' | 'stderr'>): void {
  child.stdout?.destroy()
  child.stderr?.destroy()
}
