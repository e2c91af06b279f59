import { randomUUID } from 'node:crypto'
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { execa } from 'execa'
import { guardGroup } from './group.ts'
import { killLeftovers, type Mark } from './leftovers.ts'

/** One process to run: no shell, these variables and no others. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** How a process ended. Output beyond the cap is dropped, and said to be. */
export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly truncated: boolean
}

/** Thrown where the program could not be started: nothing has happened. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted'
}

const MAX_OUTPUT_BYTES = 64 * 1024
const systemEnv = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }

/** Runs a process in an empty folder of its own (G31). When it has ended, or the signal aborts, all that it started is gone. */
export async function runProcess(command: Command, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'runproof-')))
  const mark = { variable: `RUNPROOF_PROCESS=${randomUUID()}`, folder }
  try {
    if (command.user) await chown(folder, command.user.uid, command.user.gid)
    return await runIn(mark, command, signal)
  } finally {
    await killLeftovers(mark)
    await rm(folder, { recursive: true, force: true })
  }
}

async function runIn(mark: Mark, command: Command, signal: AbortSignal): Promise<Ended> {
  const [name = '', value] = mark.variable.split('=')
  const subprocess = execa(command.program, command.args, {
    cwd: mark.folder,
    env: { ...systemEnv, ...command.env, [name]: value },
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    detached: true,
    reject: false,
    ...command.user,
  })
  const release = guardGroup(subprocess, signal)
  const stdout = capture(subprocess.stdout)
  const stderr = capture(subprocess.stderr)
  const result = await subprocess.finally(release)
  signal.throwIfAborted()
  if (subprocess.pid === undefined)
    throw new NotStarted(`\`${command.program}\` could not be started: ${result.code ?? 'no reason given'}`)
  if (result.exitCode === undefined)
    throw new Error(`\`${command.program}\` was ended by ${result.signal ?? 'a signal'}`)
  return {
    exitCode: result.exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.over() || stderr.over(),
  }
}

/** Keeps the beginning of a stream and reads on, so that the process never waits for a full pipe. */
function capture(stream: Readable): { text(): string; over(): boolean } {
  const kept: Buffer[] = []
  let room = MAX_OUTPUT_BYTES
  let dropped = 0
  stream.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, room)
    // A copy: a part would keep the whole of its chunk in memory, an empty one too.
    if (part.length > 0) kept.push(Buffer.from(part))
    room -= part.length
    dropped += chunk.length - part.length
  })
  return { text: () => Buffer.concat(kept).toString('utf8'), over: () => dropped > 0 }
}
