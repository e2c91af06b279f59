import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../engine/cli/main.ts', import.meta.url))

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'runproof-end-'))
})
afterAll(async () => rm(dir, { recursive: true }))

/** Runs a command in a process that something was done to before. */
async function runWith(before: string, args: readonly string[]) {
  const file = join(dir, 'before.mjs')
  await writeFile(file, before)
  const node = ['--import', pathToFileURL(file).href, MAIN, ...args]
  return execa('node', node, { reject: false, timeout: 20_000 })
}

const TELLS = `const { exit } = process
process.exit = (code) => { process._rawDebug('asked to exit'); exit(code) }`

test.each([
  [0, 'version', ['--version']],
  [0, 'explain', ['explain', 'RP0001']],
  [4, 'evidence verify', ['evidence', 'verify', fileURLToPath(new URL('.', import.meta.url))]],
  [2, 'a mistake', ['chek']],
])('ends by itself with %i, since an exit with much in memory may wait for ever: %s', async (exit, _what, args) => {
  const { exitCode, stderr } = await runWith(TELLS, args)
  expect(exitCode).toBe(exit)
  expect(stderr).not.toContain('asked to exit')
})

test('what is left open keeps no command alive, and does not change how it ends', async () => {
  const { exitCode, stdout, timedOut } = await runWith('setInterval(() => undefined, 1000)', ['explain', 'RP0001'])
  expect({ exitCode, timedOut }).toEqual({ exitCode: 0, timedOut: false })
  expect(stdout).toContain('the Node that runs Runproof is not installed')
  expect((await runWith('setInterval(() => undefined, 1000)', ['chek'])).exitCode).toBe(2)
})

test('a reader that closes the pipe early is no failure', async () => {
  const command = `"$0" "$@"; echo "exit $?" >&2`
  const { stderr } = await execa('sh', ['-c', `(${command}) | true`, process.execPath, MAIN, 'schema'], {
    reject: false,
  })
  expect(stderr).toBe('exit 0')
})
