import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of ours to be started. */
export interface ChildSpec {
  /** Its program, from the root of the repository. */
  readonly file: string
  readonly folder: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Lets the process be asked for its CPU time. */
  readonly probed?: boolean
}

const GRACE_MS = 15_000
const ROOT = new URL('..', import.meta.url)

/** A process that has said that it is ready. */
export class Child {
  /** What it said then. */
  readonly said: unknown
  readonly #process: ChildProcess

  private constructor(child: ChildProcess, said: unknown) {
    this.#process = child
    this.said = said
  }

  /** Starts it, and waits until it is ready. Throws, with what it complained of, where it ends before. */
  static async start({ file, folder, args, env, probed = false }: ChildSpec): Promise<Child> {
    const execArgv = probed ? ['--import', new URL('bench/cpu-probe.ts', ROOT).href] : []
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] satisfies ['ignore', 'ignore', 'pipe', 'ipc']
    const child = fork(fileURLToPath(new URL(file, ROOT)), [...args], { cwd: folder, env, execArgv, stdio })
    const complaints: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
    if (ready === undefined) throw new Error(`${file} did not start: ${complaints.join('').slice(-2000)}`)
    // A log that nobody reads would stop the process once its pipe is full.
    child.stderr?.removeAllListeners('data').resume()
    return new Child(child, ready[0])
  }

  /** The CPU time of the whole process so far, all its threads included. */
  async cpuMs(): Promise<number> {
    const answer = once(this.#process, 'message') as Promise<[NodeJS.CpuUsage]>
    this.#process.send('cpu')
    const [{ user, system }] = await answer
    return (user + system) / 1000
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const overdue = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exit
    clearTimeout(overdue)
  }
}
