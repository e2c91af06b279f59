import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CLI, environment } from './workplace.ts'

/** A running `runproof up`, with what it has said so far. */
export interface Up {
  readonly process: ChildProcess
  said(): string
  /** The process that does the work, where another one only started it. */
  readonly pid: number
}

/** Starts `runproof up` in a folder, and waits until it is ready. */
export async function startUp(folder: string, env: NodeJS.ProcessEnv = environment()): Promise<Up> {
  const child = spawn('node', [CLI, 'up'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ready = Promise.withResolvers<undefined>()
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdout.on('data', () => said.includes('Ctrl-C') && ready.resolve(undefined))
  void once(child, 'exit').then(() => ready.reject(new Error(`up ended before it was ready:\n${said}`)))
  await ready.promise
  const { pid } = JSON.parse(await readFile(join(folder, '.runproof', 'endpoints.json'), 'utf8')) as { pid: number }
  return { process: child, said: () => said, pid }
}

/** Asks it to end, as Ctrl-C does, and gives its exit code. */
export async function interrupt({ process: child }: Up): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
  return child.exitCode
}

/** The processes that work in a folder or on its Temporal server, by their command lines. */
export async function processesOf(folder: string, address: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    if (line.includes(folder) || line.includes(address)) found.push(`${pid} ${line}`)
  }
  return found
}

/** Waits until nothing of it is left; answers with what is left after that time. */
export async function leftOf(folder: string, address: string, withinMs: number): Promise<string[]> {
  const until = Date.now() + withinMs
  for (;;) {
    const left = await processesOf(folder, address)
    if (left.length === 0 || Date.now() > until) return left
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
