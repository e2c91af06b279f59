/** Receives one line about each step that is taken: what it does, and how long it usually takes. */
export type Say = (line: string) => void

/** Where a server came from. */
export type Origin = 'variable' | 'path' | 'cache' | 'go-install' | 'npm-package'

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What every service can be asked for. */
export interface ServiceOptions {
  readonly say: Say
  /** Port on 127.0.0.1; a free one when absent. */
  readonly port?: number
  /** Folder for the state, made when absent and kept; without it the state is thrown away at the end. */
  readonly dir?: string
  /** Where variables, PATH and the cache folder are looked up; `process.env` when absent. */
  readonly env?: NodeJS.ProcessEnv
}

/** A server that answers. One that was found by its variable has no pid, and its `stop` leaves it alone. */
export interface Service {
  readonly origin: Origin
  readonly version: string
  /** The whole command line; empty where the server was not started here. */
  readonly command: readonly string[]
  readonly pid?: number
  readonly logFile?: string
  /** Settles when the process has ended, for whatever reason; absent where it was not started here. */
  readonly ended?: Promise<Ending>
  /** Stops the server and waits until nothing of it is left; may be called again. */
  stop(): Promise<void>
}

/** A sentence for the person at the terminal, with what to do about it: print the message, not the stack. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
}
