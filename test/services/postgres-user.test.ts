import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { copyPrograms } from '../../engine/services/postgres-files.ts'
import { canEnter, unprivilegedUser } from '../../engine/services/postgres-user.ts'

const stranger = { name: 'stranger', uid: 65_533, gid: 65_533 }

test('a folder below one that only its owner may enter cannot be entered by another user', async () => {
  const folder = await temporary()
  await mkdir(join(folder, 'inner'), { mode: 0o755 })

  await chmod(folder, 0o700)
  expect(await canEnter(join(folder, 'inner'), stranger)).toBe(false)
  await chmod(folder, 0o711)
  expect(await canEnter(join(folder, 'inner'), stranger)).toBe(true)
})

test('a copy of the programs can be executed by the user who runs PostgreSQL, whatever the modes of the original', async () => {
  const folder = await temporary()
  await chmod(folder, 0o711)
  const original = join(folder, 'original')
  await mkdir(join(original, 'bin'), { recursive: true, mode: 0o700 })
  await mkdir(join(original, 'share'), { mode: 0o700 })
  await writeFile(join(original, 'bin', 'tool'), '#!/bin/sh\ncat "${0%/*}/../share/link"\n', { mode: 0o700 })
  await writeFile(join(original, 'share', 'text'), 'it works', { mode: 0o600 })
  await symlink('text', join(original, 'share', 'link'))

  const copy = await copyPrograms(original, folder)
  const user = await unprivilegedUser()
  const { stdout } = await execa(join(copy, 'bin', 'tool'), { ...(user && { uid: user.uid, gid: user.gid }) })

  expect(stdout).toBe('it works')
})

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'services-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}
