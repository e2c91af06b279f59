import { execa } from 'execa'
import { expect, test } from 'vitest'
import { CLI, environment } from './workplace.ts'

/** In a folder of the system where nobody can make one. */
async function said(...args: readonly string[]) {
  const options = { env: environment(), extendEnv: false, reject: false, timeout: 30_000 } as const
  return execa('node', [CLI, '--folder', '/proc', ...args], options)
}

test.each([
  ['RP0109', '/proc/.runproof cannot be used', ['stop', '--reason', 'x']],
  ['RP0109', '/proc/.runproof cannot be used', ['stop', '--run', 'some-run', '--reason', 'x']],
  ['RP0109', '/proc/.runproof cannot be used', ['release', 'stop-1', '--reason', 'x']],
  ['RP0109', '/proc/.runproof cannot be used', ['keys', 'init']],
  ['RP0106', '/proc/runbooks', ['up']],
  ['RP0106', '/proc/runbooks', ['worker']],
])('where no folder can be made, a command ends with a sentence (%s): %s %s', async (code, what, args) => {
  const { stderr, exitCode, timedOut } = await said(...args)
  expect({ timedOut, exitCode }).toEqual({ timedOut: false, exitCode: 2 })
  expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: .*${what}.*\nhint: `))
})

test('doctor says where no folder can be made, and ends', async () => {
  const { stdout, exitCode, timedOut } = await said('doctor')
  expect({ timedOut, exitCode }).toEqual({ timedOut: false, exitCode: 2 })
  expect(stdout).toMatch(/✗ evidence +the evidence store \/proc\/\.runproof\/evidence cannot be used/)
  expect(stdout).toMatch(/✗ leases +\/proc\/\.runproof cannot be used/)
})
