import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { OperatorError } from '../../host/operator-error.ts'
import { endOf } from '../end-of.ts'
import { say } from '../terminal.ts'

/** A process of the installation. */
export interface ChildSpec {
  readonly name: string
  /** Its program, below engine/. */
  readonly file: string
  readonly folder: string
  readonly args: readonly string[]
  /** Called each time it is ready, with what it says then. */
  readonly ready: (message: unknown) => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** Who ran so long has recovered: the next pause is short again. */
const STABLE_MS = 60_000

/** Keeps one process running: started again, after a growing pause, when it dies. */
export class Child {
  readonly #spec: ChildSpec
  #process: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #pause = FIRST_PAUSE_MS
  #stopping = false

  constructor(spec: ChildSpec) {
    this.#spec = spec
  }

  /** Starts it, and waits until it says that it is ready. Throws where it ends before. */
  async start(): Promise<void> {
    const started = this.#fork()
    const ready = await Promise.race([once(started, 'message'), once(started, 'exit').then(() => undefined)])
    if (ready === undefined) throw this.#didNotStart(started)
    this.#spec.ready(ready[0])
    const since = Date.now()
    void ended(started).then((how) => this.#again(how, Date.now() - since))
  }

  /** Asks it to end, and waits until it has. What takes too long is killed: the next worker settles what it left. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    if (this.#process !== undefined) await endOf(this.#process)
  }

  /** In a session of its own: Ctrl-C reaches `up` alone, which ends all in order. */
  #fork(): ChildProcess {
    const { file, args, folder } = this.#spec
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
    const stdio = ['ignore', 2, 2, 'ipc'] satisfies ['ignore', 2, 2, 'ipc']
    this.#process = fork(path, [...args], { cwd: folder, detached: true, stdio, execArgv: [] })
    return this.#process
  }

  #again(how: string, ranMs: number): void {
    if (this.#stopping) return
    if (ranMs > STABLE_MS) this.#pause = FIRST_PAUSE_MS
    say(`${this.#spec.name} has ended (${how}); starting it again in ${this.#pause / 1000} s`)
    this.#timer = setTimeout(() => void this.start().catch(() => this.#again('it did not start', 0)), this.#pause)
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS)
  }

  #didNotStart(started: ChildProcess): OperatorError {
    const message = `${this.#spec.name} did not start (${howOf(started)})`
    return new OperatorError('RP0107', message, 'what it said stands above; mend that, and start `runproof up` again')
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function ended(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await once(child, 'exit')
  return howOf(child)
}

function howOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`
}
