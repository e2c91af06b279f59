import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect } from 'vitest'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
export const CLI = join(REPOSITORY, 'bin', 'runproof.mjs')

/** What a command left: both outputs, and its exit code. */
export interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** A working folder with the repository's catalogue and a runbook that only asks. */
export async function makeWorkplace(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'runproof-cli-')))
  await cp(join(REPOSITORY, 'runbooks'), join(folder, 'runbooks'), { recursive: true })
  await addRunbook(folder, 'ask-first')
  await writeFile(join(folder, 'quick.yaml'), 'values: { unknownFor: { is: 1s, source: nobody waits in a test } }\n')
  const role = `roles: { release-owner: [${JSON.stringify(userInfo().username)}] }`
  await writeFile(join(folder, 'runproof.yaml'), `policyOverlays: [quick.yaml]\n${role}\n`)
  return folder
}

/** The same with a small catalogue, whose rules need no platform to be judged. */
export async function makeSmallWorkplace(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'runproof-cli-')))
  await cp(fileURLToPath(new URL('testdata/small', import.meta.url)), join(folder, 'runbooks'), { recursive: true })
  await addRunbook(folder, 'ask-first')
  await writeFile(join(folder, 'runproof.yaml'), `roles: { release-owner: [${JSON.stringify(userInfo().username)}] }\n`)
  return folder
}

/** Adds one of the runbooks of these tests. */
export async function addRunbook(folder: string, id: string): Promise<void> {
  const from = fileURLToPath(new URL(`testdata/${id}.yaml`, import.meta.url))
  await cp(from, join(folder, 'runbooks', `${id}.yaml`))
}

export async function removeWorkplace(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
}

/** The variables of a command: no server of somebody else, no colours. */
export function environment(): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _address, TEMPORAL_NAMESPACE: _namespace, FORCE_COLOR: _colour, ...own } = process.env
  return own
}

/** Runs a command in a folder, as a person would. */
export async function runproof(folder: string, ...args: readonly string[]): Promise<Said> {
  return runproofIn(folder, args, environment())
}

/** The same with variables of its own. */
export async function runproofIn(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const options = { cwd: folder, env, extendEnv: false, reject: false, stripFinalNewline: false } as const
  const { stdout, stderr, exitCode = -1 } = await execa('node', [CLI, ...args], options)
  return { stdout, stderr, exitCode }
}

/** Compares what a command said, to the letter, with its golden file; writes it only where UPDATE=1 asks for it. */
export async function expectGolden(name: string, folder: string, args: readonly string[]): Promise<void> {
  const { stdout, stderr, exitCode } = await runproof(folder, ...args)
  const text = [`$ runproof ${args.join(' ')}`, stdout, '--- stderr', stderr, `--- exit ${exitCode}`, ''].join('\n')
  const said = text.replaceAll(folder, '<folder>').replace(/ \d+ files$/m, ' <n> files')
  const file = fileURLToPath(new URL(`testdata/golden/${name}.golden`, import.meta.url))
  if (process.env['UPDATE'] === '1') await writeFile(file, said)
  expect(said).toBe(await readFile(file, 'utf8'))
}
