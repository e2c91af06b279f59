import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, linkSync, openSync, readSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './digest.ts'
import { errorCode } from './errors.ts'

/** What is younger than this may still be on its way: a name from another machine of a network file system, a lock of who is at work. */
const ABANDONED_MS = 60_000

/**
 * Whether a name came without its content, as it does where the power fails while both are on their way to the disk. Nobody went on
 * with such a record, since a write returns only once both are there: it counts as one that was never written. No record is empty, or
 * begins with a zero.
 */
export function isTorn(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes[0] === 0
}

/** Takes a torn name away, so that it can be written; false where there is none, it is young, or somebody else is about it. */
export function takeTornAway(path: string, scratch: string): boolean {
  return orFalse(() => {
    if (!isAbandonedAt(path)) return false
    const lock = join(scratch, `.torn-${sha256(path)}`)
    if (!takes(lock)) return false
    try {
      return removesTorn(path, `${lock}-${randomUUID()}`)
    } finally {
      unlinkSync(lock)
    }
  })
}

/** Whatever is gone meanwhile, somebody else has taken away. */
function orFalse(work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

function isAbandonedAt(path: string): boolean {
  return ifOpen(path, (descriptor) => isOld(fstatSync(descriptor)) && isTorn(firstOf(descriptor)))
}

/** Since it was looked at it may have been written: it is moved aside first, and given back. */
function removesTorn(path: string, aside: string): boolean {
  renameSync(path, aside)
  const torn = ifOpen(aside, (descriptor) => isTorn(firstOf(descriptor)))
  if (!torn) linkSync(aside, path)
  unlinkSync(aside)
  return torn
}

function ifOpen<T>(path: string, look: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r')
  try {
    return look(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function firstOf(descriptor: number): Buffer {
  const first = Buffer.alloc(1)
  return first.subarray(0, readSync(descriptor, first))
}

function takes(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600))
    return true
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    if (isOld(statSync(lock))) removeAbandoned(lock)
    return false
  }
}

/** Whoever was faster may hold a new one by now: that is given back. */
function removeAbandoned(lock: string): void {
  const aside = `${lock}-${randomUUID()}`
  renameSync(lock, aside)
  if (!isOld(statSync(aside))) linkSync(aside, lock)
  unlinkSync(aside)
}

function isOld({ mtimeMs }: { readonly mtimeMs: number }): boolean {
  return Date.now() - mtimeMs > ABANDONED_MS
}
