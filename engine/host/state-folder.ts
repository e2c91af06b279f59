import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OperatorError } from './operator-error.ts'

/** Where a running installation can be reached; written by `up`, found by every other command. */
export interface Endpoints {
  readonly temporal: string
  readonly namespace: string
  readonly temporalUi?: string
  readonly server: string
  readonly pid: number
}

/** The paths below `.runproof/` of the working folder; only their owner can enter. */
export class StateFolder {
  readonly path: string

  constructor(folder: string) {
    this.path = join(folder, '.runproof')
  }

  /** Makes the folder where it is missing; never readable by others. */
  make(): this {
    makeFolders(this.path)
    chmodSync(this.path, 0o700)
    return this
  }

  get keys(): string {
    return join(this.path, 'keys')
  }

  get plans(): string {
    return join(this.path, 'plans')
  }

  get stops(): string {
    return join(this.path, 'stops')
  }

  get temporal(): string {
    return join(this.path, 'temporal')
  }

  get tokenFile(): string {
    return join(this.path, 'webhook-token')
  }

  get lockFile(): string {
    return join(this.path, 'lock')
  }

  get endpointsFile(): string {
    return join(this.path, 'endpoints.json')
  }

  writeEndpoints(endpoints: Endpoints): void {
    const draft = `${this.endpointsFile}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, this.endpointsFile)
  }

  removeEndpoints(): void {
    rmSync(this.endpointsFile, { force: true })
  }

  /** Where the installation of this folder runs, or an error that says how to start it. */
  endpoints(): Endpoints {
    if (!existsSync(this.endpointsFile)) {
      throw new OperatorError(
        'RP0103',
        `nothing runs here: ${this.endpointsFile} is missing`,
        'start it with `runproof up` in this folder',
      )
    }
    return JSON.parse(readFileSync(this.endpointsFile, 'utf8')) as Endpoints
  }
}

/**
 * Makes a folder for this user alone, with those above it. Not `recursive`: where a system makes no folders, such as in /proc, Node's
 * own way does not end.
 */
export function makeFolders(path: string): void {
  if (isFolder(path)) return
  makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
