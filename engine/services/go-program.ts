import { join } from 'node:path'
import { buildOnce } from './go-install.ts'
import { cacheFolder } from './cache.ts'
import { findOnPath, isExecutable, versionText } from './on-path.ts'
import type { Origin, Say } from './service.ts'
import { atLeast } from './versions.ts'
import { firstThatWorks, type Way } from './ways.ts'

/** A server that is one executable, written in Go. */
export interface GoProgram {
  readonly service: string
  readonly executable: string
  /** The package and its pinned version, for `go install`. */
  readonly package: string
  readonly version: string
  readonly goVersion: string
  readonly buildTakes: string
  /** The minimum on PATH of what `--version` tells, and where it tells it. */
  readonly minimum: string
  readonly versionIn: RegExp
  readonly versionName: string
  /** The variable by which a server that runs already is named, and the form of its value. */
  readonly variable: string
  readonly variableForm: string
}

/** Where the server is: one that runs already, or an executable. */
export type Place =
  | { readonly kind: 'variable'; readonly value: string }
  | { readonly kind: 'program'; readonly origin: Origin; readonly file: string }

/** Finds the program, or gets it, in the one order: variable, PATH, cache folder, `go install`. */
export function locate(program: GoProgram, env: NodeJS.ProcessEnv, say: Say): Promise<Place> {
  const file = join(cacheFolder(env), `${program.executable}-${program.version.slice(1)}`, program.executable)
  const ways = [
    byVariable(program, env),
    onPath(program, env),
    inCache(program, file),
    byGo({ program, file, env, say }),
  ]
  return firstThatWorks(program.service, ways, say)
}

function byVariable({ variable, variableForm }: GoProgram, env: NodeJS.ProcessEnv): Way<Place> {
  return {
    name: `the variable ${variable}`,
    cure: `set ${variable}=${variableForm} to a server that may be used`,
    async attempt() {
      const value = env[variable]
      return value ? { found: { kind: 'variable', value } } : { because: 'it is not set' }
    },
  }
}

function onPath(program: GoProgram, env: NodeJS.ProcessEnv): Way<Place> {
  return {
    name: `\`${program.executable}\` on PATH`,
    cure: `put \`${program.executable}\` on PATH, with ${program.versionName} ${program.minimum} or later`,
    async attempt() {
      const file = await findOnPath(program.executable, env)
      return file === undefined ? { because: 'there is none' } : usable(program, file, 'path')
    },
  }
}

function inCache(program: GoProgram, file: string): Way<Place> {
  return {
    name: 'the cache folder',
    cure: `put a built \`${program.executable}\` at ${file}`,
    async attempt() {
      return (await isExecutable(file)) ? usable(program, file, 'cache') : { because: `there is no ${file}` }
    },
  }
}

interface Build {
  readonly program: GoProgram
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly say: Say
}

function byGo({ program, file, env, say }: Build): Way<Place> {
  return {
    name: `\`go install ${program.package}@${program.version}\``,
    cure: `install Go ${program.goVersion} or later`,
    async attempt() {
      const go = await findOnPath('go', env)
      if (go === undefined) return { because: 'there is no `go` on PATH' }
      const failure = await buildOnce({ ...program, go, file, env, say, isDone: () => runs(program, file) })
      return failure === undefined ? usable(program, file, 'go-install') : { because: failure }
    },
  }
}

async function runs(program: GoProgram, file: string): Promise<boolean> {
  return (await isExecutable(file)) && 'found' in (await usable(program, file, 'cache'))
}

async function usable(program: GoProgram, file: string, origin: Origin): ReturnType<Way<Place>['attempt']> {
  const printed = await versionText(file)
  if ('because' in printed) return printed
  const version = program.versionIn.exec(printed.text)?.[1]
  if (version === undefined) return { because: `${file} tells no version of ${program.service}` }
  if (atLeast(version, program.minimum)) return { found: { kind: 'program', origin, file } }
  return { because: `${file} has ${program.versionName} ${version}; ${program.minimum} or later is needed` }
}
