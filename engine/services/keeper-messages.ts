import type { Ending } from './service.ts'

/** One command that the keeper process runs. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** All variables that the process gets. */
  readonly env: NodeJS.ProcessEnv
  /** Another user to run as; only root can ask for it. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** How it is asked to stop; SIGTERM when absent. */
  readonly stopSignal?: NodeJS.Signals
}

/** What the keeper process is told; one command at a time. */
export type Order = { readonly kind: 'run'; readonly command: Command } | { readonly kind: 'release' }

/** What the keeper process tells. */
export type News =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | ({ readonly kind: 'ended' } & Ending)
