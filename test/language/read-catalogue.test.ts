import { createServer } from 'node:net'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compileCatalogue, readCatalogue } from '../../engine/language/catalogue.ts'

let root = ''
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'runproof-catalogue-')), 'runbooks')
  await mkdir(join(root, 'rules'), { recursive: true })
  await writeFile(join(root, 'policy.yaml'), 'values: {}\n')
})
afterEach(async () => rm(join(root, '..'), { recursive: true }))

async function names(): Promise<string[]> {
  return (await readCatalogue(root)).files.map(({ file }) => file)
}

test('what is no plain file is refused by its name, and not read for ever', async () => {
  const pipe = join(root, 'rules', 'pipe.yaml')
  execFileSync('mkfifo', [pipe])
  await expect(names()).rejects.toMatchObject({ path: pipe, code: 'not a plain file' })
  await expect(readCatalogue(join(root, 'rules', '..'), { overlays: ['/dev/zero'] })).rejects.toThrow(
    'not a plain file',
  )
  await rm(pipe)
  await symlink('/dev/zero', join(root, 'endless.yaml'))
  await expect(names()).rejects.toMatchObject({ path: join(root, 'endless.yaml'), code: 'not a plain file' })
})

test('a socket, an overlay that is a folder, and a file of more than 16 MiB are refused too', async () => {
  await expect(readCatalogue(root, { overlays: [root] })).rejects.toMatchObject({ code: 'EISDIR' })
  const socket = createServer().listen(join(root, 'socket.yaml'))
  await new Promise((listening) => socket.once('listening', listening))
  await expect(names()).rejects.toThrow('socket.yaml')
  await new Promise((closed) => socket.close(closed))
  await writeFile(join(root, 'much.yaml'), Buffer.alloc(16 * 2 ** 20 + 1, 'x'))
  await expect(names()).rejects.toMatchObject({ path: join(root, 'much.yaml'), code: 'more than 16 MiB' })
})

test('ten megabytes of YAML are read, and their mistake is told like any other', async () => {
  await writeFile(join(root, 'much.yaml'), `a: ${'x'.repeat(10_000_000)}`)
  const { diagnostics } = compileCatalogue(await readCatalogue(root), [])
  expect(diagnostics.find(({ code }) => code === 'RB0009')).toMatchObject({
    message: 'this file has 10000003 characters; at most 262144 are read',
    span: { file: 'runbooks/much.yaml' },
  })
})

test('a link to a file is read like one: a rule behind it is not missing without a word', async () => {
  await writeFile(join(root, '..', 'shared.yaml'), 'rules: []\n')
  await symlink('../../shared.yaml', join(root, 'rules', 'shared.yaml'))
  expect(await names()).toEqual(['runbooks/policy.yaml', 'runbooks/rules/shared.yaml'])
  await rm(join(root, '..', 'shared.yaml'))
  await expect(names()).rejects.toMatchObject({ path: join(root, 'rules', 'shared.yaml'), code: 'ENOENT' })
})

test('a link to a folder is refused, also where it leads back', async () => {
  await symlink('..', join(root, 'rules', 'more'))
  await expect(names()).rejects.toMatchObject({
    path: join(root, 'rules', 'more'),
    code: 'a link to a folder, which is not followed',
  })
})

test('hidden names are no part of a catalogue: locks of editors, and the versions of a mounted volume', async () => {
  await symlink('somebody@host.1:2', join(root, '.#policy.yaml'))
  await mkdir(join(root, '..2026_11_21'))
  await writeFile(join(root, '..2026_11_21', 'effects.yaml'), 'effects: {}\n')
  await symlink('..2026_11_21', join(root, '..data'))
  await symlink('..data/effects.yaml', join(root, 'effects.yaml'))
  expect(await names()).toEqual(['runbooks/effects.yaml', 'runbooks/policy.yaml'])
})

test('a folder may have such a name', async () => {
  await mkdir(join(root, 'node.yaml'))
  await writeFile(join(root, 'node.yaml', 'drain.yaml'), 'runbook: drain\n')
  expect(await names()).toEqual(['runbooks/node.yaml/drain.yaml', 'runbooks/policy.yaml'])
})
