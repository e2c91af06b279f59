import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSigner } from '../../engine/cli/votes/add-signer.ts'
import { readSignedDraft } from '../../engine/cli/votes/draft.ts'
import { publicLineOf } from '../../engine/cli/votes/ssh-keygen.ts'
import { readConfig } from '../../engine/host/config.ts'
import { makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

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
