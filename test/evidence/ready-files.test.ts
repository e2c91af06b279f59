import { rmSync } from 'node:fs'
import type { open } from 'node:fs'
import { cp, mkdir, readFile, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import { temporaryFolder } from './fixture.ts'

/** How long it takes to make a file that is to be ready. */
const makes = vi.hoisted(() => ({ ms: 0 }))
vi.mock('node:fs', async (original) => {
  const fs = await original<{ open: typeof open }>()
  return { ...fs, open: (...given: Parameters<typeof open>) => setTimeout(() => fs.open(...given), makes.ms) }
})

let dir: string
let store: EvidenceStore

beforeEach(async () => {
  dir = await temporaryFolder()
  store = openStore(join(dir, 'store'), { ready: 3 })
})
afterEach(async () => {
  makes.ms = 0
  await rm(dir, { recursive: true })
})

const bytes = (text: string) => Buffer.from(text)
const PROGRAM = new URL('./write-to-store.ts', import.meta.url).pathname

describe('files that are ready before a record is written', () => {
  test('are there after the first record, and the next one is written into one of them', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    const ready = await Promise.all((await untilReady(3)).map(inode))
    expect(await store.putOnce('run-1', 'b.json', bytes('two'))).toBe('created')
    expect(ready).toContain(await inode(join(store.dir, 'intake/run-1/b.json')))
    expect((await store.read('run-1', 'b.json'))?.toString()).toBe('two')
  })

  test('keep a record from being replaced, as any other does', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    expect(await store.putOnce('run-1', 'a.json', bytes('one'))).toBe('same')
    await expect(store.putOnce('run-1', 'a.json', bytes('two'))).rejects.toThrow('already recorded')
    expect((await store.read('run-1', 'a.json'))?.toString()).toBe('one')
  })

  test('leave one name for each record behind, and are made again', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    for (const name of ['b.json', 'c.json', 'd.json', 'e.json']) await store.putOnce('run-1', name, bytes(name))
    await vi.waitFor(async () => {
      for (const name of await store.list('run-1'))
        expect((await stat(join(store.dir, 'intake/run-1', name))).nlink, name).toBe(1)
    })
    expect(await untilReady(3)).toHaveLength(3)
  })

  test('G5: are not used where a copy of the store has taken its place: the record is in the copy', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    await rename(store.dir, `${store.dir}-away`)
    await cp(`${store.dir}-away`, store.dir, { recursive: true })
    expect(await store.putOnce('run-1', 'b.json', bytes('two'))).toBe('created')
    expect(await readFile(join(store.dir, 'intake/run-1/b.json'), 'utf8')).toBe('two')
  })

  test('G5: take nothing in where a file stands in the place of the store', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    await rename(store.dir, `${store.dir}-away`)
    await writeFile(store.dir, 'in the way')
    await expect(store.putOnce('run-1', 'b.json', bytes('two'))).rejects.toThrow('cannot be used')
    await rm(store.dir)
    await rename(`${store.dir}-away`, store.dir)
    expect(await store.list('run-1')).toEqual(['a.json'])
    expect(await store.putOnce('run-1', 'b.json', bytes('two'))).toBe('created')
  })

  test('G5: are made again, and no more of them, once a store is back that could not be looked at', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    const tmp = join(store.dir, 'tmp')
    await rename(tmp, `${tmp}-away`)
    await symlink('tmp', tmp)
    await expect(store.putOnce('run-1', 'b.json', bytes('two'))).rejects.toThrow('cannot be used')
    await rm(tmp)
    await rename(`${tmp}-away`, tmp)
    const [held = ''] = await leftIn()
    expect(await store.putOnce('run-1', 'b.json', bytes('two'))).toBe('created')
    await vi.waitFor(async () => expect(await leftIn()).not.toContain(held))
    expect(await untilReady(3)).toHaveLength(3)
  })

  test('are not more than were asked for, however long it takes to make one', async () => {
    makes.ms = 300
    for (const name of ['a.json', 'b.json', 'c.json', 'd.json', 'e.json']) {
      await store.putOnce('run-1', name, bytes(name))
      await wait(130)
    }
    await untilReady(3)
    await wait(700)
    expect(await leftIn()).toHaveLength(3)
  })

  test('are made again, and the other names go, where one name cannot be removed', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    await untilReady(3)
    await store.putOnce('run-1', 'b.json', bytes('two'))
    const links = await Promise.all((await leftIn()).map(async (path) => ({ path, links: (await stat(path)).nlink })))
    const { path: used = '' } = links.find(({ links }) => links === 2) ?? {}
    await rm(used)
    await mkdir(used)
    await store.putOnce('run-1', 'c.json', bytes('three'))
    expect(await untilReady(4)).toContain(used)
    expect((await stat(join(store.dir, 'intake/run-1/c.json'))).nlink).toBe(1)
  })

  test('G5: do not cost a record where another process removes them while it is written', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    const ready = await untilReady(3)
    const written = store.putOnce('run-1', 'b.json', bytes('two'))
    for (const path of ready) rmSync(path)
    expect(await written).toBe('created')
    expect((await store.read('run-1', 'b.json'))?.toString()).toBe('two')
  })

  test('make no failure of the end of a process whose store is away', async () => {
    const { exitCode, stderr } = await execa('node', [PROGRAM, 'once, then away', store.dir], { reject: false })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('go when their process ends', async () => {
    const { exitCode } = await execa('node', [PROGRAM, 'once', store.dir])
    expect(exitCode).toBe(0)
    expect(await store.list('run-1')).toEqual(['a.json'])
    expect(await leftIn()).toEqual([])
  })

  test('of a process that was killed are removed by another one, once they are an hour old', async () => {
    await store.putOnce('run-1', 'a.json', bytes('one'))
    const [old = '', ...young] = await untilReady(3)
    const longAgo = new Date(Date.now() - 3_700_000)
    await utimes(old, longAgo, longAgo)
    openStore(store.dir, { ready: 1 })
    await vi.waitFor(async () => expect(await leftIn()).toEqual(young.sort()))
  })

  test('of a process that was killed are removed also where others go at the same time', async () => {
    const tmp = join(store.dir, 'tmp')
    await mkdir(tmp, { recursive: true })
    const longAgo = new Date(Date.now() - 3_700_000)
    await symlink('gone', join(tmp, '.ready-1'))
    for (const name of ['.ready-0', '.ready-2']) {
      await writeFile(join(tmp, name), '')
      await utimes(join(tmp, name), longAgo, longAgo)
    }
    openStore(store.dir, { ready: 1 })
    await vi.waitFor(async () => expect(await leftIn()).toEqual([join(tmp, '.ready-1')]))
  })
})

async function untilReady(count: number): Promise<string[]> {
  return vi.waitFor(async () => {
    const ready = await leftIn()
    expect(ready).toHaveLength(count)
    return ready
  })
}

async function leftIn(): Promise<string[]> {
  const names = await readdir(join(store.dir, 'tmp'))
  return names.map((name) => join(store.dir, 'tmp', name)).sort()
}

async function inode(path: string): Promise<number> {
  return (await stat(path)).ino
}
