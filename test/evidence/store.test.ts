import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { sha256 } from '../../evidence/digest.ts'
import { EvidenceConflict, EvidenceError, EvidenceUnavailable, unavailable } from '../../evidence/errors.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import { temporaryFolder } from './fixture.ts'

let dir: string
let store: EvidenceStore

beforeEach(async () => {
  dir = await temporaryFolder()
  store = openStore(join(dir, 'store'))
})
afterEach(async () => rm(dir, { recursive: true }))

const bytes = (text: string) => Buffer.from(text)
const PROGRAM = new URL('./write-to-store.ts', import.meta.url).pathname

describe('an intake record', () => {
  test('EV-15: is created once; the same bytes again are the same, others are a conflict that changes nothing', async () => {
    expect(await store.putOnce('run-1', 'a.json', bytes('one'))).toBe('created')
    expect(await store.putOnce('run-1', 'a.json', bytes('one'))).toBe('same')
    await expect(store.putOnce('run-1', 'a.json', bytes('two'))).rejects.toThrow(EvidenceConflict)
    expect((await store.read('run-1', 'a.json'))?.toString()).toBe('one')
  })

  test('is listed by run, sorted, and what is not there is undefined', async () => {
    await store.putOnce('run-2', 'b#2@1.intent.json', bytes('b'))
    await store.putOnce('run-2', 'a@1.intent.json', bytes('a'))
    expect(await store.list('run-2')).toEqual(['a@1.intent.json', 'b#2@1.intent.json'])
    expect(await store.runs()).toEqual(['run-2'])
    expect(await store.list('run-9')).toEqual([])
    expect(await store.read('run-2', 'c')).toBeUndefined()
  })

  test.each(['../x', 'a/b', '/etc/x', '.hidden', '', 'a\0b', 'a\nb', '..'])('cannot be named %j', async (name) => {
    await expect(store.putOnce('run-1', name, bytes('x'))).rejects.toThrow(EvidenceError)
    await expect(store.putOnce(name, 'x.json', bytes('x'))).rejects.toThrow(EvidenceError)
    await expect(store.read('run-1', name)).rejects.toThrow(EvidenceError)
    expect(() => store.bundlePath(name)).toThrow(EvidenceError)
  })

  test('G5: of many processes that write different ones at once, one wins, and all others hear of the conflict', async () => {
    const words = ['one', 'two', 'three', 'four', 'five', 'six']
    const said = await Promise.all(
      words.map(async (word) => (await execa('node', [PROGRAM, 'put', store.dir, word])).stdout),
    )
    expect(said.filter((word) => word === 'created')).toHaveLength(1)
    expect(said.filter((word) => word === 'EvidenceConflict')).toHaveLength(words.length - 1)
    expect(words[said.indexOf('created')]).toBe((await store.read('run-1', 'a.json'))?.toString())
  })

  test('written the same by many processes at once is created by one of them', async () => {
    const said = await Promise.all(
      [1, 2, 3, 4].map(async () => (await execa('node', [PROGRAM, 'put', store.dir, 'same'])).stdout),
    )
    expect(said.sort()).toEqual(['created', 'same', 'same', 'same'])
  })
})

test('an occurrence is claimed once, and the second hears who has it', async () => {
  expect(await store.claimOccurrence('f1/2026', { run: 'run-1' })).toEqual({ created: true, record: { run: 'run-1' } })
  expect(await store.claimOccurrence('f1/2026', { run: 'run-2' })).toEqual({ created: false, record: { run: 'run-1' } })
  expect(await store.claimOccurrence('f2/2026', { run: 'run-2' })).toEqual({ created: true, record: { run: 'run-2' } })
})

describe('a store that cannot be written', () => {
  test('G5: because a file stands in its place says so, by name and with a cure, and works again once it is gone', async () => {
    await store.probe()
    await rename(store.dir, `${store.dir}-away`)
    await writeFile(store.dir, 'in the way')
    for (const attempt of [
      async () => store.probe(),
      async () => store.putOnce('run-1', 'a.json', bytes('x')),
      async () => store.list('run-1'),
      async () => store.claimOccurrence('k', {}),
    ]) {
      const error: unknown = await (attempt() as Promise<unknown>).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(EvidenceUnavailable)
      expect(error).toMatchObject({
        message: expect.stringContaining(store.dir) as string,
        hint: 'move that file away',
      })
    }
    await rm(store.dir)
    await rename(`${store.dir}-away`, store.dir)
    expect(await store.putOnce('run-1', 'a.json', bytes('x'))).toBe('created')
  })

  test('is found by its probe, which leaves nothing behind', async () => {
    await store.probe()
    expect(await readdir(join(store.dir, 'intake'))).toEqual([])
    await rm(join(store.dir, 'intake'), { recursive: true })
    await writeFile(join(store.dir, 'intake'), 'in the way')
    await expect(store.probe()).rejects.toThrow(EvidenceUnavailable)
  })

  test('for another reason names that reason', () => {
    const full = unavailable('/evidence', Object.assign(new Error('write'), { code: 'ENOSPC' }))
    expect(full.message).toBe('the evidence store /evidence cannot be used: the disk is full (ENOSPC)')
    expect(full.hint).toBe('make room on it')
  })
})

describe('a writer that is killed at any moment', () => {
  test.each(['files', 'ready files', 'bundles'])(
    'leaves no half-written %s visible, and what is there can be read by the next',
    async (what) => {
      let interrupted = 0
      let whole = 0
      // A busy machine writes slowly: each writer lives longer than the one before, until one has finished something.
      for (let round = 0; round < 24 && (interrupted < 3 || whole === 0); round++) {
        await killedWriter(what, 120 + round * 60)
        interrupted += (await readdir(join(store.dir, 'tmp')).catch(() => [])).length > interrupted ? 1 : 0
        whole = await (what === 'bundles' ? wholeBundles() : wholeFiles())
      }
      expect(interrupted, 'no kill met a write: the test saw nothing').toBeGreaterThan(0)
      expect(whole).toBeGreaterThan(0)
    },
    90_000,
  )

  async function killedWriter(what: string, ms: number): Promise<void> {
    const writer = execa('node', [PROGRAM, what, store.dir, `${ms}`], { reject: false })
    await new Promise<void>((resolve) => writer.stdout.once('data', () => resolve()))
    setTimeout(() => writer.kill('SIGKILL'), ms)
    expect((await writer).signal).toBe('SIGKILL')
  }

  /** Every file is named after its content. */
  async function wholeFiles(): Promise<number> {
    const folder = join(store.dir, 'intake/run-1')
    const names = await readdir(folder).catch(() => [])
    for (const name of names) expect(sha256(await readFile(join(folder, name)))).toBe(name)
    return names.length
  }

  async function wholeBundles(): Promise<number> {
    const runs = await store.bundles()
    for (const run of runs) expect((await readBag(store.bundlePath(run))).files.size).toBe(40)
    return runs.length
  }
})
