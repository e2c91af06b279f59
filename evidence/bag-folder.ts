import { constants } from 'node:fs'
import type { Dirent } from 'node:fs'
import { lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { EvidenceError } from './errors.ts'

/** A bundle as it was read, once: everything that is said of it is said of these bytes. */
export interface Bag {
  /** Path below the bundle → content. */
  readonly files: ReadonlyMap<string, Buffer>
  /** What was not read, and why. */
  readonly odd: readonly Odd[]
}

interface Odd {
  readonly path: string
  readonly why: 'not a plain file' | 'too large' | 'not readable' | 'an empty folder'
}

/** How much a bundle may make a verifier read: nothing larger is sealed. */
export const LIMITS = { files: 20_000, fileBytes: 128 * 2 ** 20, allBytes: 512 * 2 ** 20, depth: 6 } as const

/** Follows no link, and does not wait where a pipe took the file's place. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

interface Reading {
  readonly root: string
  readonly files: Map<string, Buffer>
  readonly odd: Odd[]
  bytes: number
}

/** Reads a bundle's folder within limits. Follows no link, opens nothing but plain files. */
export async function readBag(root: string): Promise<Bag> {
  const reading: Reading = { root, files: new Map(), odd: [], bytes: 0 }
  const top = await lstat(root).catch(() => undefined)
  if (!top?.isDirectory()) throw new EvidenceError(`there is no bundle at ${root}`, 'name the folder of a bundle')
  await readFolder(reading, [])
  return reading
}

async function readFolder(reading: Reading, parts: readonly string[]): Promise<void> {
  const entries = await entriesOf(reading, parts)
  if (entries?.length === 0 && parts.length > 0) reading.odd.push({ path: parts.join('/'), why: 'an empty folder' })
  for (const entry of entries ?? []) {
    const inner = [...parts, entry.name]
    const path = inner.join('/')
    if (isFull(reading, inner)) reading.odd.push({ path, why: 'too large' })
    else if (entry.isDirectory()) await readFolder(reading, inner)
    else if (entry.isFile()) await readOne(reading, path)
    else reading.odd.push({ path, why: 'not a plain file' })
    if (reading.odd.length > LIMITS.files) return
  }
}

/** A folder that went away, that nobody may look into, or whose name is no text, cannot be listed. */
async function entriesOf({ root, odd }: Reading, parts: readonly string[]): Promise<Dirent[] | undefined> {
  try {
    return await firstIn(join(root, ...parts))
  } catch {
    odd.push({ path: parts.join('/'), why: 'not readable' })
    return undefined
  }
}

/** Sorted by name. Of a folder that holds more than a bundle may have, so many entries say so; nobody waits for the rest. */
async function firstIn(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = []
  for await (const entry of await opendir(folder)) {
    entries.push(entry)
    if (entries.length > 2 * LIMITS.files) break
  }
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
}

function isFull({ files, bytes }: Reading, parts: readonly string[]): boolean {
  return files.size >= LIMITS.files || bytes > LIMITS.allBytes || parts.length > LIMITS.depth
}

/** What became a link since it was listed is not followed. */
async function readOne(reading: Reading, path: string): Promise<void> {
  const file = await open(join(reading.root, path), OPEN_FLAGS).catch(() => undefined)
  try {
    const status = await file?.stat()
    if (file === undefined || !status?.isFile()) return void reading.odd.push({ path, why: 'not a plain file' })
    if (status.size > LIMITS.fileBytes) return void reading.odd.push({ path, why: 'too large' })
    const content = await file.readFile()
    reading.files.set(path, content)
    reading.bytes += content.length
  } catch {
    reading.odd.push({ path, why: 'not readable' })
  } finally {
    await file?.close()
  }
}
