import { mkdir, mkdtemp, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openKeeper, type Keeper } from './keeper.ts'
import { alone } from './lock.ts'
import { logTail } from './log-tail.ts'
import { withProgress } from './progress.ts'
import type { Say } from './service.ts'

/** What to build, with which `go`, and where the executable has to be in the end. */
export interface GoBuild {
  readonly service: string
  readonly executable: string
  readonly package: string
  readonly version: string
  readonly buildTakes: string
  readonly go: string
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly say: Say
  /** Has another process put the executable there meanwhile? */
  isDone(): Promise<boolean>
}

/** Builds a pinned version into the cache, in one process at a time; gives the reason when that fails. */
export async function buildOnce(build: GoBuild): Promise<string | undefined> {
  const work = alone(build.file, async () => ((await build.isDone()) ? undefined : install(build)))
  return withProgress(work, `${build.service}: \`go install\``, build.say)
}

/** Builds beside the cache entry and renames: no half-written executable is ever there. */
async function install(build: GoBuild): Promise<string | undefined> {
  const { service, version, file, say } = build
  say(
    `${service}: building version ${version} with \`go install\`, once, into ${dirname(file)}; usually ${build.buildTakes}`,
  )
  await mkdir(dirname(file), { recursive: true })
  const folder = await mkdtemp(join(dirname(file), 'building-'))
  const keeper = openKeeper({ logFile: join(folder, 'log'), throwAway: folder })
  try {
    await runGo(build, folder, keeper)
    await rename(join(folder, build.executable), file)
    return undefined
  } catch (error) {
    return [`it failed: ${(error as Error).message}`, await logTail(keeper.logFile)].filter(Boolean).join('\n')
  } finally {
    await keeper.release()
  }
}

/** Go's own settings stay as they are: proxy, flags, and the checksum database with them (G35). */
function runGo({ go, env, ...build }: GoBuild, folder: string, keeper: Keeper): Promise<void> {
  const argv = [go, 'install', '-ldflags', '-s -w', `${build.package}@${build.version}`] as const
  return keeper.run({ argv: [...argv], cwd: folder, env: { ...env, GOBIN: folder } })
}
