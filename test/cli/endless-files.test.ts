import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSigner } from '../../engine/cli/votes/add-signer.ts'
import { readSignedDraft } from '../../engine/cli/votes/draft.ts'
import { publicLineOf } from '../../engine/cli/votes/ssh-keygen.ts'
import { readConfig } from '../../engine/host/config.ts'
import { CLI, makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
let pipe = ''
beforeAll(async () => {
  folder = await makeSmallWorkplace()
  pipe = join(folder, 'pipe')
  await execa('mkfifo', [pipe])
})
afterAll(async () => removeWorkplace(folder))

/** Opens a pipe for writing only once somebody reads it, so that whoever waits for one is let go when the test has failed. */
async function ends<T>(work: Promise<T>): Promise<T> {
  const overdue = AbortSignal.timeout(10_000)
  return Promise.race([
    work,
    new Promise<never>((_, reject) => overdue.addEventListener('abort', () => reject(new Error('it waits for ever')))),
  ])
}

const COMMANDS: readonly (readonly [code: string, ...args: string[]])[] = [
  ['RP0501', 'evidence', 'verify', 'runbooks', '--key'],
  ['RP0006', 'eval', 'true', '--facts'],
  ['RP0006', 'alerts', 'explain'],
  ['RP0006', 'fmt', '--check'],
  ['RP0006', 'plan', 'ask-first', '--diff'],
]

test.each(COMMANDS)('what has no end is refused with %s, not read for ever: %s %s', async (code, ...args) => {
  for (const endless of ['/dev/zero', pipe]) {
    const { stderr, exitCode } = await ends(runproof(folder, ...args, endless))
    expect(stderr).toContain(`error[${code}]`)
    expect(stderr).toContain('(not a plain file)')
    expect(exitCode).toBe(2 + (code === 'RP0501' ? 2 : 0))
  }
})

test.each(['/dev/zero', 'pipe.yaml'])('a file of the catalogue has an end: %s', async (name) => {
  const place = await makeSmallWorkplace()
  if (name === '/dev/zero') await symlink(name, join(place, 'runbooks', 'more.yaml'))
  else await execa('mkfifo', [join(place, 'runbooks', name)])
  for (const args of [['check'], ['stop', '--reason', 'drill', '--effect', 'x'], ['completion', 'runbooks']]) {
    const { stderr, exitCode } = await ends(runproof(place, ...args))
    if (args[0] === 'stop') expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    else
      expect({ stderr, exitCode }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('(not a plain file)') as string,
      })
  }
  await removeWorkplace(place)
})

test('a pipe by its name is refused with the way in which it is read, which works', async () => {
  await writeFile(
    join(folder, 'freeze.json'),
    '{ "freeze": { "action": "platform.promotionFreeze", "unknown": "away" } }',
  )
  const command = 'node "$0" eval freeze.active --facts'
  const run = async (rest: string) => execa('bash', ['-c', `${command} ${rest}`, CLI], { cwd: folder, reject: false })
  const named = await run('<(cat freeze.json)')
  expect(named.stderr).toMatch(
    /^error\[RP0006\]: \/dev\/fd\/\d+ cannot be used: it cannot be read \(.*\)\nhint: a pipe, such as `<\(…\)`, .*`-`/,
  )
  expect(named.exitCode).toBe(2)
  expect(await run('- < freeze.json')).toMatchObject({
    exitCode: 5,
    stdout: expect.stringContaining('unknown') as string,
  })
  const endless = await run('- < /dev/zero')
  expect(endless.stderr).toContain(
    'error[RP0006]: the standard input cannot be used: it cannot be read (more than 16 MiB)',
  )
})

test('a contract, or a vote that was signed elsewhere, has an end too', async () => {
  await writeFile(join(folder, 'facts.json'), '{}')
  const { stderr } = await ends(runproof(folder, 'eval', 'true', '--facts', 'facts.json', '--types', pipe))
  expect(stderr).toContain('(not a plain file)')
  await expect(readSignedDraft(pipe, { runId: 'x', decision: 'approve' })).rejects.toThrow('not a plain file')
})

test('so has the key of a voter', async () => {
  await expect(ends(publicLineOf(pipe))).rejects.toThrow(`the key ${pipe} cannot be read (not a plain file)`)
  const listing = addSigner(`ada=${pipe}`, { folder, lists: [join(folder, 'list')] })
  await expect(ends(listing)).rejects.toThrow(`${pipe} cannot be read (not a plain file)`)
})

test('so has runproof.yaml', async () => {
  const other = await realpath(await mkdtemp(join(tmpdir(), 'runproof-endless-')))
  await execa('mkfifo', [join(other, 'runproof.yaml')])
  expect(() => readConfig(other)).toThrow('cannot be read (not a plain file)')
  await rm(other, { recursive: true })
})
