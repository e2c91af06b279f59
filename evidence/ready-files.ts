import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, open, rmSync, statSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** An open file, empty and new, under a temporary name. */
export interface FreshFile {
  readonly path: string
  readonly descriptor: number
}

/** For its owner alone. */
const MODE = 0o600

const PREFIX = '.ready-'

/** A process that was killed leaves its files behind; the next one removes what is older than this. */
const ABANDONED_MS = 3_600_000

/** What is done here between two writes makes the second one wait: it is done in the pause after them, or after so long at the latest. */
const PAUSE_MS = 100
const LATEST_MS = 2_000

const openFile = promisify(open)

/**
 * Empty files that are made before they are needed. To make a file, one waits for the journal of the file system, which on a busy
 * machine takes longer than all else that a small durable write does.
 */
export class ReadyFiles {
  static readonly #all: ReadyFiles[] = []
  readonly #folder: string
  readonly #count: number
  readonly #ready: FreshFile[] = []
  readonly #used = new Set<string>()
  #due: { readonly timer: NodeJS.Timeout; readonly since: number } | undefined
  #tidied = Promise.resolve()

  constructor(folder: string, count: number) {
    this.#folder = folder
    this.#count = count
    void removeAbandoned(folder).catch(() => undefined)
    if (ReadyFiles.#all.push(this) === 1) process.once('exit', () => ReadyFiles.#all.forEach((one) => one.#removeAll()))
  }

  /** One that is still the very file of its name, open for whoever takes it; undefined where there is none. */
  take(): FreshFile | undefined {
    for (let file = this.#ready.shift(); file !== undefined; file = this.#ready.shift()) {
      if (isStillThere(file)) return file
      closeSync(file.descriptor)
      this.#used.add(file.path)
    }
    return undefined
  }

  /** Makes what is missing, and removes the name of one that was used, once nobody waits for it. */
  replace(used?: FreshFile): void {
    if (used !== undefined) this.#used.add(used.path)
    const now = performance.now()
    if (this.#due === undefined) this.#due = { since: now, timer: setTimeout(() => this.#tidy(), PAUSE_MS).unref() }
    else if (now - this.#due.since < LATEST_MS) this.#due.timer.refresh()
  }

  /** One after the other: two that fill at once would make too many. */
  #tidy(): void {
    this.#due = undefined
    this.#tidied = this.#tidied
      .then(async () => this.#removeUsed())
      .then(async () => this.#fill())
      .catch(() => undefined)
  }

  /** A name that cannot be removed now is kept for the next time, and keeps nothing else from being done. */
  async #removeUsed(): Promise<void> {
    const forget = (path: string) => () => void this.#used.delete(path)
    for (const path of this.#used) await rm(path, { force: true }).then(forget(path), () => undefined)
  }

  async #fill(): Promise<void> {
    while (this.#ready.length < this.#count) {
      const path = join(this.#folder, `${PREFIX}${randomUUID()}`)
      this.#ready.push({ path, descriptor: await openFile(path, 'wx', MODE) })
    }
  }

  #removeAll(): void {
    for (const path of [...this.#used, ...this.#ready.map(({ path }) => path)]) removeIfPossible(path)
  }
}

/** What is thrown while a process ends would make a failure of its end. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is removed as one that was left behind.
  }
}

/** The store may have been moved away, or another copy put in its place: a file of the same name is not enough. */
function isStillThere({ path, descriptor }: FreshFile): boolean {
  try {
    const [open, named] = [fstatSync(descriptor), statSync(path)]
    return named.ino === open.ino && named.dev === open.dev
  } catch {
    return false
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PREFIX))
  for (const path of names.map((name) => join(folder, name)))
    if (await isAbandoned(path)) await rm(path, { force: true })
}

/** Whoever made it may use it, or remove it, in this very moment. */
async function isAbandoned(path: string): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > ABANDONED_MS,
    () => false,
  )
}
