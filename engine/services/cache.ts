import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The user's cache folder for what is built once: `$XDG_CACHE_HOME/runproof`, else `~/.cache/runproof`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(base) ? base : join(env['HOME'] || homedir(), '.cache'), 'runproof')
}
