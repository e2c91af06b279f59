import { chown, mkdtemp, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { capture } from './capture.ts'
import { guardGroup } from './group.ts'
import { killLeftovers, removeFolders } from './leftovers.ts'
import { markOf, type Mark } from './mark.ts'

/** One process to run: no shell, these variables and no others. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly user?: { readonly uid: number; readonly gid: number }
  /** The idempotency key of the step: whoever knows it can end what is left of the step (`endProcesses`). */
  readonly key?: string
}

/** How a process ended: with an exit code, or by a signal. Output beyond the cap is dropped, and said to be. */
export interface Ended {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
  /** The last of standard error, also where its beginning took all the room. */
  readonly stderrEnd: string
  readonly truncated: boolean
}

/** Thrown where the program could not be started: nothing has happened. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted'
}

const systemEnv = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }

/** What runs in this process, by its mark. */
const running = new Map<string, Promise<unknown>>()

/** Runs a process in an empty folder of its own (G31). When it has ended, or the signal aborts, all that it started is gone. */
export async function runProcess(command: Command, signal: AbortSignal): Promise<Ended> {
  signal.throwIfAborted()
  const mark = await markOf(command.key ?? '')
  const run = runMarked(mark, command, signal)
  running.set(mark.variable, run)
  return run.finally(() => running.delete(mark.variable))
}

/**
 * Ends what an earlier attempt of a step left at work on this machine, because its worker was killed. Answers with the processes that
 * could not be ended. An attempt of this very worker ends by itself, politely, and is waited for.
 */
export async function endProcesses(key: string): Promise<readonly number[]> {
  const mark = await markOf(key)
  await running.get(mark.variable)?.catch(() => undefined)
  const left = await killLeftovers(mark)
  await removeFolders(mark)
  return left
}

async function runMarked(mark: Mark, command: Command, signal: AbortSignal): Promise<Ended> {
  const folder = await mkdtemp(mark.folders)
  try {
    if (command.user) await chown(folder, command.user.uid, command.user.gid)
    return await runIn({ mark, folder }, command, signal)
  } finally {
    await killLeftovers(mark)
    await rm(folder, { recursive: true, force: true })
  }
}

async function runIn(
  { mark, folder }: { readonly mark: Mark; readonly folder: string },
  command: Command,
  signal: AbortSignal,
): Promise<Ended> {
  const [name = '', value] = mark.variable.split('=')
  const subprocess = execa(command.program, command.args, {
    cwd: folder,
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
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
    stderrEnd: stderr.end(),
    truncated: stdout.over() || stderr.over(),
  }
}
