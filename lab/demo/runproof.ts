import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const CLI = fileURLToPath(new URL('../../bin/runproof.mjs', import.meta.url))

/** The command line of Runproof, in one working folder. */
export class Runproof {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  readonly #signal: AbortSignal

  constructor(folder: string, { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal }) {
    this.#folder = folder
    this.#env = env
    this.#signal = signal
  }

  /** Runs a command whose output people see; answers with its exit code. */
  async show(...args: readonly string[]): Promise<number> {
    console.log(`$ runproof ${args.join(' ')}`)
    const { exitCode = 1 } = await execa(process.execPath, [CLI, ...args], {
      ...this.#options(),
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return exitCode
  }

  /** Runs a command and answers with the JSON that it printed. Throws where it fails. */
  async ask<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr, exitCode } = await execa(process.execPath, [CLI, ...args], this.#options())
    if (exitCode !== 0) throw new Error(`runproof ${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** Starts `runproof up`, and waits until everything of it is ready. */
  async up(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [CLI, 'up'], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#keepLog(child.stderr)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      process.stdout.write(text.replace(/^(?=.)/gm, '  '))
    })
    const ready = new Promise<void>((resolve) => child.stdout.on('data', () => /ready/i.test(said) && resolve()))
    const gone = once(child, 'exit').then(() => {
      throw new Error('runproof up ended before it was ready')
    })
    await Promise.race([ready, gone])
    gone.catch(() => undefined)
    return child
  }

  /** Logs go to a file beside the evidence; what `up` says itself is for people. */
  #keepLog(stderr: Readable): void {
    stderr.pipe(createWriteStream(join(this.#folder, 'runproof.log'), { mode: 0o600 }))
    createInterface({ input: stderr }).on('line', (line) => {
      if (!line.startsWith('{')) console.log(`  ${line}`)
    })
  }

  #options() {
    return { cwd: this.#folder, env: this.#env, extendEnv: false, reject: false, cancelSignal: this.#signal } as const
  }
}

/** Asks a child to end, and waits for it. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exit
  clearTimeout(overdue)
}
