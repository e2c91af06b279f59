import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKeeper, type Keeper } from './keeper.ts'
import type { Command } from './keeper-messages.ts'
import { logTail } from './log-tail.ts'
import { withProgress } from './progress.ts'
import { ServiceError, type Origin, type Say, type Service } from './service.ts'

const DEADLINE_MS = 60_000
const EVERY_MS = 50

/** A folder for what a server keeps, and the keeper that will run it. */
export interface Home {
  readonly folder: string
  /** Whether the folder is removed at the end. */
  readonly throwAway: boolean
  readonly keeper: Keeper
}

/** The given folder, made when absent; without one, a new folder that is thrown away when the server ends. */
export async function openHome(name: string, dir?: string, parent = tmpdir()): Promise<Home> {
  if (dir !== undefined) await mkdir(dir, { recursive: true, mode: 0o700 })
  const folder = dir === undefined ? await mkdtemp(join(parent, `runproof-${name}-`)) : resolve(dir)
  const throwAway = dir === undefined
  const keeper = openKeeper({ logFile: join(folder, `${name}.log`), ...(throwAway && { throwAway: folder }) })
  return { folder, throwAway, keeper }
}

/** What to start, and how it is known that it answers. */
export interface Start<T> {
  readonly service: string
  readonly origin: Origin
  readonly command: Command
  readonly where: string
  /** Resolves with what the server tells of itself; throws as long as it does not answer. */
  readonly answers: () => Promise<T>
  readonly say: Say
}

/** Starts the server and waits until it answers; when it does not, nothing of it is left. */
export async function startServer<T>(
  home: Home,
  start: Start<T>,
): Promise<Omit<Service, 'version'> & { readonly told: T }> {
  const { service, origin, command, where, say } = start
  const { keeper } = home
  say(`${service}: starting \`${command.argv[0]}\` on ${where}; usually under 1 second`)
  try {
    const { pid, ended } = await keeper.start(command)
    const told = await withProgress(untilItAnswers(start, ended), `${service}: waiting for an answer`, say)
    const stop = () => keeper.release()
    void ended.then(stop)
    return { told, origin, command: command.argv, pid, logFile: keeper.logFile, ended, stop }
  } catch (error) {
    const tail = await logTail(keeper.logFile)
    await keeper.release()
    throw new ServiceError([`${service} does not start: ${(error as Error).message}`, tail].filter(Boolean).join('\n'))
  }
}

async function untilItAnswers<T>({ answers }: Start<T>, ended: Promise<unknown>): Promise<T> {
  let over = false
  void ended.then(() => (over = true))
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const outcome = await answers().then(
      (told) => ({ told }),
      (error: unknown) => ({ error }),
    )
    if (over) throw new Error('it ended at once; the last lines of its log:')
    if ('told' in outcome) return outcome.told
    if (performance.now() > deadline) throw outcome.error
    await sleep(EVERY_MS)
  }
}
