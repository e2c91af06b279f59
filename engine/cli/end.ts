/** How long what a command left open, such as a connection, may keep the process alive. */
const GRACE_MS = 500

let ending = false

/**
 * Lets the process end with this exit code, the first that is given: by itself as soon as nothing is under way, and after a
 * moment where something still is. A `process.exit` with much memory in use may wait for ever for a thread of V8 that itself
 * waits for the main thread to collect (nodejs/node#54918); who ends by itself, or has had a moment to collect, does not.
 */
export function endWith(exitCode: number): void {
  if (ending) return
  ending = true
  process.exitCode = exitCode
  process.channel?.unref()
  setTimeout(() => process.exit(), GRACE_MS).unref()
}
