import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { bareEnvironment } from './environment.ts'
import type { Command, News, Order } from './keeper-messages.ts'
import type { Ending } from './service.ts'

/** Runs commands so that none of them outlives this process, however it ends. One command at a time. */
export interface Keeper {
  /** Where everything that the commands print goes. */
  readonly logFile: string
  /** Runs a command to its end; throws when it cannot be started or its exit code is not 0. */
  run(command: Command): Promise<void>
  /** Starts the server; `ended` settles with its end. */
  start(command: Command): Promise<{ readonly pid: number; readonly ended: Promise<Ending> }>
  /** Stops what runs, removes the throw-away folder, waits until all of it is gone. */
  release(): Promise<void>
}

export interface KeeperOptions {
  readonly logFile: string
  /** A folder that is removed at the end, also when this process is killed. */
  readonly throwAway?: string
}

/** Starts a keeper process. */
export function openKeeper({ logFile, throwAway }: KeeperOptions): Keeper {
  const process = forkKeeper(logFile, throwAway)
  const gone = once(process, 'exit')
  return {
    logFile,
    run: (command) => whileHeld(process, runTask(process, command)),
    start: (command) => whileHeld(process, give(process, command)),
    async release() {
      if (process.connected) tell(process, { kind: 'release' })
      if (process.exitCode === null && process.signalCode === null) await whileHeld(process, gone)
    },
  }
}

function forkKeeper(logFile: string, throwAway = ''): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(join(import.meta.dirname, 'keeper-process.ts'), [throwAway], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: bareEnvironment(),
    execArgv: [],
    cwd: '/',
  })
  closeSync(log)
  return child
}

async function runTask(keeper: ChildProcess, command: Command): Promise<void> {
  const { ended } = await give(keeper, command)
  const { code, signal } = await ended
  if (code !== 0) throw new Error(`\`${command.argv[0]}\` ended with ${signal ?? `exit code ${code}`}`)
}

function give(
  keeper: ChildProcess,
  command: Command,
): Promise<{ readonly pid: number; readonly ended: Promise<Ending> }> {
  const ended = Promise.withResolvers<Ending>()
  const started = Promise.withResolvers<{ pid: number; ended: Promise<Ending> }>()
  const lost = () => {
    started.reject(new Error('the process that keeps the server ended'))
    ended.resolve({ code: null, signal: null })
  }
  keeper.on('message', function listen(news: News) {
    if (news.kind === 'started') return started.resolve({ pid: news.pid, ended: ended.promise })
    if (news.kind === 'refused') started.reject(new Error(news.reason))
    else ended.resolve({ code: news.code, signal: news.signal })
    keeper.off('message', listen).off('exit', lost)
  })
  keeper.once('exit', lost)
  if (keeper.connected) tell(keeper, { kind: 'run', command })
  else lost()
  return started.promise
}

function tell(keeper: ChildProcess, order: Order): void {
  // A channel that closes at this moment is told by the exit of the keeper, which all callers wait for.
  keeper.send(order, () => undefined)
}

/** The keeper does not keep us alive, except while somebody waits for it. */
async function whileHeld<T>(keeper: ChildProcess, work: Promise<T>): Promise<T> {
  keeper.ref()
  keeper.channel?.ref()
  try {
    return await work
  } finally {
    keeper.unref()
    keeper.channel?.unref()
  }
}
