import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureKey, loadKey, loadPublicKey } from '../../evidence/keys.ts'
import { readSmallFile, readSmallIfThere } from '../../evidence/small-file.ts'
import { loadTrust, trustKey } from '../../evidence/trust.ts'
import { temporaryFolder } from './fixture.ts'

let dir: string
beforeEach(async () => {
  dir = await temporaryFolder()
})
afterEach(async () => rm(dir, { recursive: true }))

/** A pipe that nobody writes to: who opens it as a file waits for ever. */
async function pipe(name: string): Promise<string> {
  const path = join(dir, name)
  await execa('mkfifo', ['-m', '600', path])
  return path
}

test('a plain file is read whole, up to the limit', async () => {
  const path = join(dir, 'file')
  await writeFile(path, 'a'.repeat(100_000))
  expect(readSmallFile(path, { limitBytes: 100_000 })).toHaveLength(100_000)
  expect(() => readSmallFile(path, { limitBytes: 99_999 })).toThrow('more than')
})

test('what has no end, or is no file, is refused at once, with the reason as its code', async () => {
  const folder = join(dir, 'folder')
  await mkdir(folder)
  for (const path of ['/dev/zero', await pipe('pipe')])
    expect(() => readSmallFile(path)).toThrow(expect.objectContaining({ code: 'not a plain file' }) as Error)
  expect(() => readSmallFile(folder)).toThrow(expect.objectContaining({ code: 'EISDIR' }) as Error)
})

test('a file whose size the kernel does not tell is read all the same', () => {
  expect(readSmallFile('/proc/self/status').toString()).toContain('Pid:')
})

test('a file that is not there is told from one that cannot be read', () => {
  expect(readSmallIfThere(join(dir, 'absent'))).toBeUndefined()
  expect(() => readSmallIfThere(dir)).toThrow('EISDIR')
})

test('no key, and no list of signers, is waited for without end', async () => {
  for (const path of ['/dev/zero', await pipe('key.pem')]) {
    await expect(loadPublicKey(path)).rejects.toThrow(`the public key ${path} cannot be read (not a plain file)`)
    await expect(trustKey(path)).rejects.toThrow('cannot be read (not a plain file)')
  }
  await expect(loadKey(dir, 'key')).rejects.toThrow('cannot be read (not a plain file)')
  await expect(ensureKey(dir, 'key')).rejects.toThrow('cannot be read (not a plain file)')
  const list = await pipe('allowed_signers')
  await expect(loadTrust(dir)).rejects.toThrow(`${list} cannot be read (not a plain file)`)
})
