import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { canonical } from '../schemas/canonical.ts'
import type { Json } from '../schemas/json.ts'
import { digestOf, sha256 } from './digest.ts'
import { createFile, createFolder, namesIn, readIfThere, removeFile } from './disk.ts'
import type { Scratch } from './disk.ts'
import { EvidenceConflict, EvidenceError, EvidenceUnavailable, unavailable } from './errors.ts'
import { ReadyFiles } from './ready-files.ts'
import { isTorn, takeTornAway } from './torn.ts'

/** What became of a write: a record is created once, and the same bytes may be offered again. */
export type Put = 'created' | 'same'

/**
 * The evidence store on files: what is written stays as it was written. Every write is durable when it returns, or throws
 * `EvidenceUnavailable`; a record that differs from the one that is there throws `EvidenceConflict`.
 */
export interface EvidenceStore {
  readonly dir: string
  /** Records one intake file of a run. */
  putOnce(runId: string, name: string, bytes: Uint8Array): Promise<Put>
  /** The bytes of one intake file; undefined where there is none. */
  read(runId: string, name: string): Promise<Buffer | undefined>
  /** The names of a run's intake files, sorted. */
  list(runId: string): Promise<string[]>
  /** The runs that have an intake, sorted. */
  runs(): Promise<string[]>
  /** Proves that the store takes a write now, by making one. */
  probe(): Promise<void>
  /** Takes an occurrence for the record given; where it is taken already, answers with the record that took it. */
  claimOccurrence(key: string, record: Json): Promise<{ readonly created: boolean; readonly record: Json }>
  /** Publishes a sealed bundle whole; false where the run has one already. */
  publish(runId: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean>
  /** The folder of a run's bundle, whether or not it is there. */
  bundlePath(runId: string): string
  /** The runs that are sealed, sorted. */
  bundles(): Promise<string[]>
}

/**
 * Opens the store in a folder. Touches nothing yet: a store that is away now may be back at the next write. A process that writes
 * again and again has some files ready for it.
 */
export function openStore(folder: string, { ready = 0 }: { readonly ready?: number } = {}): EvidenceStore {
  const dir = resolve(folder)
  const tmp = join(dir, 'tmp')
  const scratch: Scratch = ready === 0 ? { scratch: tmp } : { scratch: tmp, ready: new ReadyFiles(tmp, ready) }
  const within = <T>(work: () => Promise<T>) => orUnavailable(dir, work)
  const intake = (runId: string, name: string) => join(dir, 'intake', runName(runId), fileName(name))
  const once = (path: string, bytes: Uint8Array) => within(() => putOnce(path, bytes, scratch))
  return {
    dir,
    putOnce: async (runId, name, bytes) => once(intake(runId, name), bytes),
    read: async (runId, name) => within(() => readUnlessTorn(intake(runId, name))),
    list: async (runId) => within(() => namesIn(join(dir, 'intake', runName(runId)))),
    runs: async () => within(() => namesIn(join(dir, 'intake'))),
    probe: async () => within(() => probe(dir, scratch)),
    claimOccurrence: async (key, record) =>
      within(() => claim(join(dir, 'occurrences', `${sha256(key)}.json`), { key, record }, scratch)),
    publish: async (runId, files) => within(() => createFolder(join(dir, 'bundles', runName(runId)), files, tmp)),
    bundlePath: (runId) => join(dir, 'bundles', runName(runId)),
    bundles: async () => within(() => namesIn(join(dir, 'bundles'))),
  }
}

async function putOnce(path: string, bytes: Uint8Array, scratch: Scratch): Promise<Put> {
  if (await createOnce(path, bytes, scratch)) return 'created'
  const there = await readUnlessTorn(path)
  if (there === undefined) throw busy(path)
  if (there.equals(bytes)) return 'same'
  throw new EvidenceConflict(
    `${path} is already recorded, with other content (${digestOf(there)}, not ${digestOf(bytes)})`,
    'a record never changes: read the one that is there',
  )
}

async function createOnce(path: string, bytes: Uint8Array, scratch: Scratch): Promise<boolean> {
  if (await createFile(path, bytes, scratch)) return true
  return takeTornAway(path, scratch.scratch) && createFile(path, bytes, scratch)
}

async function readUnlessTorn(path: string): Promise<Buffer | undefined> {
  const bytes = await readIfThere(path)
  return bytes === undefined || isTorn(bytes) ? undefined : bytes
}

async function probe(dir: string, scratch: Scratch): Promise<void> {
  const path = join(dir, 'intake', `.probe-${randomUUID()}`)
  await createFile(path, Buffer.from('probe'), scratch)
  await removeFile(path)
}

async function claim(path: string, claimed: { key: string; record: Json }, scratch: Scratch) {
  const created = await createOnce(path, Buffer.from(canonical(claimed)), scratch)
  if (created) return { created, record: claimed.record }
  const there = await readUnlessTorn(path)
  if (there === undefined) throw busy(path)
  return { created, record: (JSON.parse(there.toString()) as { record: Json }).record }
}

function busy(path: string): EvidenceUnavailable {
  return new EvidenceUnavailable(
    `${path} was left without content, or another process is writing it`,
    'try again in a minute',
  )
}

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$/
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._#@-]{0,219}$/

function runName(runId: string): string {
  if (RUN_NAME.test(runId)) return runId
  throw new EvidenceError(`${JSON.stringify(runId)} cannot be the id of a run`, 'use letters, digits and . _ : @ -')
}

function fileName(name: string): string {
  if (FILE_NAME.test(name)) return name
  throw new EvidenceError(`${JSON.stringify(name)} cannot name a record`, 'use letters, digits and . _ # @ -')
}

async function orUnavailable<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof EvidenceError ? error : unavailable(dir, error)
  }
}
