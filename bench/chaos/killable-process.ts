import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ChildSpec } from '../child.ts'
import type { Target, TargetKind } from './target.ts'

const ROOT = new URL('../..', import.meta.url)
/** A process that finds no Temporal server ends, and is started again after so long. */
const PAUSE_MS = 300
const GRACE_MS = 15_000
/** The first start of all: whatever takes longer will not come. */
const START_MS = 60_000

/** A process of ours under a supervisor that starts it again whenever it ends. */
export class KillableProcess implements Target {
  readonly kind: TargetKind
  readonly #spec: Omit<ChildSpec, 'probed'>
  #child: ChildProcess | undefined
  #up = false
  #back: Promise<void>
  #stopping = false

  private constructor(kind: TargetKind, spec: Omit<ChildSpec, 'probed'>) {
    this.kind = kind
    this.#spec = spec
    this.#back = this.#comeUp()
  }

  /** Starts it, and waits until it is ready. */
  static async start(kind: TargetKind, spec: Omit<ChildSpec, 'probed'>): Promise<KillableProcess> {
    const killable = new KillableProcess(kind, spec)
    const inTime = await Promise.race([killable.back().then(() => true), wait(START_MS).then(() => false)])
    if (inTime) return killable
    await killable.stop()
    throw new Error(`${spec.file} did not start: run it by hand to see why`)
  }

  get up(): boolean {
    return this.#up
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  async back(): Promise<void> {
    return this.#back
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const overdue = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exit
    clearTimeout(overdue)
  }

  async #comeUp(): Promise<void> {
    while (!this.#stopping) {
      const child = this.#fork()
      const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
      if (ready !== undefined) {
        this.#up = true
        child.once('exit', () => this.#wentDown())
        return
      }
      await wait(PAUSE_MS)
    }
  }

  #wentDown(): void {
    this.#up = false
    if (!this.#stopping) this.#back = this.#comeUp()
  }

  #fork(): ChildProcess {
    const { file, folder, args, env } = this.#spec
    const path = fileURLToPath(new URL(file, ROOT))
    // `ipc`: a process of ours ends by itself when this one is gone.
    const child = fork(path, [...args], {
      cwd: folder,
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child = child
    return child
  }
}
