import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from './errors.ts'
import type { FreshFile, ReadyFiles } from './ready-files.ts'

/**
 * Durable files. Everything is written under a temporary name, and only then appears under its own name, without ever replacing what is
 * there. It is flushed before that; what is written into a ready file, at the same time as its name. So a name that can be seen has its
 * whole content, and both are on the disk when the write returns.
 */

// A record is written at every effect. Only what waits for the disk is left to other threads: every other call is over in less
// time than the way to such a thread and back.
const syncFile = promisify(fsync)

/** Where temporary files are, on the file system of what is written; `ready`: some of them, made in advance. */
export interface Scratch {
  readonly scratch: string
  readonly ready?: ReadyFiles
}

/** `mode`: of a file that is not for its owner alone; none of those that are ready is. */
type Place = Scratch & { readonly mode?: number }

/** Writes a file that is not there yet; false where a file of this name exists already. Durable when it returns. */
export async function createFile(path: string, bytes: Uint8Array, place: Place): Promise<boolean> {
  const inAdvance = place.mode === undefined ? place.ready?.take() : undefined
  if (inAdvance === undefined) return createFromNew(path, bytes, place).finally(() => place.ready?.replace())
  try {
    if (bytes.length > SMALL) return await createFrom(inAdvance, path, bytes)
    return await createAtOnce(inAdvance, path, bytes)
  } catch (error) {
    // Another process may have taken the file for one that was left behind, and removed its name.
    if (fstatSync(inAdvance.descriptor).nlink > 0) throw error
    return await createFromNew(path, bytes, place)
  } finally {
    closeSync(inAdvance.descriptor)
    place.ready?.replace(inAdvance)
  }
}

async function createFromNew(path: string, bytes: Uint8Array, { scratch, mode = 0o600 }: Place): Promise<boolean> {
  const temporary = await inFolder(scratch, async () => makeTemporary(scratch, mode))
  try {
    return await createFrom(temporary, path, bytes)
  } finally {
    closeSync(temporary.descriptor)
    removeIfThere(temporary.path)
  }
}

async function createFrom(fresh: FreshFile, path: string, bytes: Uint8Array): Promise<boolean> {
  await writeFlushed(fresh.descriptor, bytes)
  const created = await inFolder(dirname(path), async () => appears(() => linkSync(fresh.path, path)))
  await flush(dirname(path))
  return created
}

/** A few blocks, which a file system brings to the disk in one piece unless it is very full; more might come there in part. */
const SMALL = 16_384

/** The same in one wait for the disk. Where the power fails meanwhile, the name may be left without its content (`torn.ts`). */
async function createAtOnce(fresh: FreshFile, path: string, bytes: Uint8Array): Promise<boolean> {
  writeWhole(fresh.descriptor, bytes)
  const folder = await inFolder(dirname(path), async () => openSync(dirname(path), 'r'))
  try {
    const created = appears(() => linkSync(fresh.path, path))
    // What another process has written may not be on the disk yet. A descriptor is not closed under a flush.
    const flushed = await Promise.allSettled([created ? syncFile(fresh.descriptor) : flush(path), syncFile(folder)])
    for (const one of flushed) if (one.status === 'rejected') throw one.reason
    return created
  } finally {
    closeSync(folder)
  }
}

function makeTemporary(scratch: string, mode: number): FreshFile {
  const path = join(scratch, `.${randomUUID()}`)
  return { path, descriptor: openSync(path, 'wx', mode) }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    unlessAbsent(undefined)(error)
  }
}

/** Works in a folder that is there almost always; only where it is not, it is made first. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    await makeFolder(folder)
    return work()
  }
}

/** Writes a folder of files that is not there yet; false where one of this name exists already. Durable when it returns. */
export async function createFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  scratch: string,
): Promise<boolean> {
  const temporary = join(await makeFolder(scratch), `.${randomUUID()}`)
  await makeFolder(dirname(path))
  try {
    await writeTree(temporary, files)
    return appears(() => renameSync(temporary, path))
  } finally {
    await rm(temporary, { force: true, recursive: true })
    await flush(dirname(path))
  }
}

/** The content is flushed; the name is durable once its folder is flushed. */
async function writeFlushed(descriptor: number, bytes: Uint8Array): Promise<void> {
  writeWhole(descriptor, bytes)
  await syncFile(descriptor)
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
}

/** The content of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  return readFile(path).catch(unlessAbsent(undefined))
}

/** The names in a folder, sorted, hidden ones left out; none where there is no folder. */
export async function namesIn(path: string): Promise<string[]> {
  return visible(namesOrNone(path)).sort()
}

function namesOrNone(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    return unlessAbsent<string[]>([])(error)
  }
}

function visible(names: readonly string[]): string[] {
  return names.filter((name) => !name.startsWith('.'))
}

/** Removes a file, durably. */
export async function removeFile(path: string): Promise<void> {
  await rm(path)
  await flush(dirname(path))
}

/** Makes a folder for this user alone, with those above it, and flushes each that is new. */
export async function makeFolder(path: string): Promise<string> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  for (let at = path; first !== undefined && at.length >= first.length; at = dirname(at)) await flush(dirname(at))
  return path
}

/** Makes the content of a file, or the names in a folder, durable. */
export async function flush(path: string): Promise<void> {
  const descriptor = openSync(path, 'r')
  try {
    await syncFile(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

async function writeTree(root: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const folders = new Set([root])
  for (const name of files.keys())
    for (let at = dirname(name); at !== '.'; at = dirname(at)) folders.add(join(root, at))
  for (const folder of [...folders].sort()) await mkdir(folder, { mode: 0o700 })
  for (const [name, bytes] of files) await createInTree(join(root, name), bytes)
  for (const folder of folders) await flush(folder)
}

async function createInTree(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    await writeFlushed(descriptor, bytes)
  } finally {
    closeSync(descriptor)
  }
}

function appears(place: () => void): boolean {
  try {
    place()
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}

function unlessAbsent<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === 'ENOENT') return otherwise
    throw error
  }
}
