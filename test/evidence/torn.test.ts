import { statSync } from 'node:fs'
import type { fsync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { allPasses } from '../../evidence/effects.ts'
import { EvidenceUnavailable } from '../../evidence/errors.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import { sha256 } from '../../evidence/digest.ts'
import { temporaryFolder } from './fixture.ts'

/** The flushes that are under way, and whether the disk takes them. */
const disk = vi.hoisted(() => ({ broken: false, flushes: 0, atOnce: 0, look: (): unknown => undefined }))
vi.mock('node:fs', async (original) => {
  const fs = await original<{ fsync: typeof fsync }>()
  const flush = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    disk.flushes += 1
    disk.look()
    disk.atOnce = Math.max(disk.atOnce, disk.flushes)
    fs.fsync(descriptor, (error) => {
      disk.flushes -= 1
      done(disk.broken ? Object.assign(new Error('broken'), { code: 'EIO' }) : error)
    })
  }
  return { ...fs, fsync: flush }
})

let dir: string
let store: EvidenceStore
let intake: string

beforeEach(async () => {
  dir = await temporaryFolder()
  store = openStore(join(dir, 'store'), { ready: 2 })
  intake = join(store.dir, 'intake/run-1')
  await mkdir(intake, { recursive: true })
})
afterEach(async () => {
  disk.broken = false
  disk.look = () => undefined
  await rm(dir, { recursive: true })
})

const PROGRAM = new URL('./write-to-store.ts', import.meta.url).pathname
const one = Buffer.from('{"one":1}')

async function untilReady(): Promise<void> {
  await store.putOnce('run-0', 'first.json', one)
  await vi.waitFor(async () =>
    expect((await readdir(join(store.dir, 'tmp'))).filter((name) => name.startsWith('.ready-')).length).toBeGreaterThan(
      1,
    ),
  )
}

test('G5: what is written into a ready file is flushed in one wait, and both it and its name are on the disk when the write returns', async () => {
  await untilReady()
  disk.atOnce = 0
  const seen: (number | undefined)[] = []
  disk.look = () => seen.push(statSync(join(intake, 'a.json'), { throwIfNoEntry: false })?.size)
  expect(await store.putOnce('run-1', 'a.json', one)).toBe('created')
  expect(disk).toMatchObject({ flushes: 0, atOnce: 2 })
  expect(seen).toEqual([one.length, one.length])
})

test('G5: more than a file system brings to the disk in one piece is there before its name', async () => {
  await untilReady()
  disk.atOnce = 0
  await store.putOnce('run-1', 'a.json', Buffer.alloc(70_000, 'a'))
  expect(disk.atOnce).toBe(1)
})

test('G5: where the disk does not take a record, whoever wrote it hears of it; what others have seen is not taken away', async () => {
  await untilReady()
  disk.broken = true
  await expect(store.putOnce('run-1', 'a.json', one)).rejects.toThrow(EvidenceUnavailable)
  disk.broken = false
  expect(await store.putOnce('run-1', 'a.json', one)).toBe('same')
})

test('G5: the same record of another process is flushed too, before anybody relies on it', async () => {
  await untilReady()
  await writeFile(join(intake, 'a.json'), one)
  disk.broken = true
  await expect(store.putOnce('run-1', 'a.json', one)).rejects.toThrow(EvidenceUnavailable)
  expect((await readFile(join(intake, 'a.json'))).toString()).toBe(one.toString())
})

describe.each([
  ['without content', Buffer.alloc(0)],
  ['with zeros for its content', Buffer.alloc(100)],
])('a name that is left %s once the power has failed', (_how, left) => {
  const leave = async (name: string, minutes = 2, folder = intake) => {
    await writeFile(join(folder, name), left)
    const then = new Date(Date.now() - minutes * 60_000)
    await utimes(join(folder, name), then, then)
  }

  test.each([0, 2])('EV-15: counts as not there, and is written again, with %i files ready', async (ready) => {
    const other = openStore(store.dir, { ready })
    await leave('a.json')
    expect(await other.read('run-1', 'a.json')).toBeUndefined()
    expect(await other.putOnce('run-1', 'a.json', one)).toBe('created')
    expect(await other.putOnce('run-1', 'a.json', one)).toBe('same')
    expect((await other.read('run-1', 'a.json'))?.toString()).toBe(one.toString())
  })

  test('G1: is no intent and no receipt', async () => {
    await leave('step@1.intent.json')
    await leave('step@1.receipt.json')
    expect((await allPasses(store, 'run-1')).size).toBe(0)
  })

  test('G37: does not keep an occurrence', async () => {
    await mkdir(join(store.dir, 'occurrences'))
    await leave(`${sha256('alert')}.json`, 2, join(store.dir, 'occurrences'))
    expect(await store.claimOccurrence('alert', { runId: 'one' })).toEqual({ created: true, record: { runId: 'one' } })
    expect(await store.claimOccurrence('alert', { runId: 'two' })).toEqual({ created: false, record: { runId: 'one' } })
  })

  test('G5: is taken by one of many processes that write it again at once, and no other replaces that', async () => {
    await leave('a.json')
    await mkdir(join(store.dir, 'tmp'), { recursive: true })
    const words = ['one', 'two', 'three', 'four', 'five', 'six']
    const said = await Promise.all(
      words.map(async (word) => (await execa('node', [PROGRAM, 'put', store.dir, word])).stdout),
    )
    expect(said.filter((word) => word === 'created')).toHaveLength(1)
    expect(said.every((word) => ['created', 'EvidenceConflict', 'EvidenceUnavailable'].includes(word))).toBe(true)
    expect(words[said.indexOf('created')]).toBe((await store.read('run-1', 'a.json'))?.toString())
  })

  test('is left alone while it is young: on a network file system its content may be on the way', async () => {
    await leave('a.json', 0.5)
    await expect(store.putOnce('run-1', 'a.json', one)).rejects.toThrow('was left without content')
    expect(await store.list('run-1')).toEqual(['a.json'])
  })

  test('is left to another process that is about it, until that must have died', async () => {
    await leave('a.json')
    const lock = join(store.dir, 'tmp', `.torn-${sha256(join(intake, 'a.json'))}`)
    await mkdir(join(store.dir, 'tmp'), { recursive: true })
    await writeFile(lock, '')
    await expect(store.putOnce('run-1', 'a.json', one)).rejects.toThrow('was left without content')
    const before = new Date(Date.now() - 61_000)
    await utimes(lock, before, before)
    await expect(store.putOnce('run-1', 'a.json', one)).rejects.toThrow('was left without content')
    expect(await store.putOnce('run-1', 'a.json', one)).toBe('created')
    await expect(stat(lock)).rejects.toThrow('ENOENT')
  })
})

test('a record that is there is never taken for one without content, though it is half of one', async () => {
  await writeFile(join(intake, 'step@1.intent.json'), '{"activity":"st')
  await expect(allPasses(store, 'run-1')).rejects.toThrow('the record step@1.intent.json cannot be read')
  await expect(store.putOnce('run-1', 'step@1.intent.json', one)).rejects.toThrow('already recorded')
})
