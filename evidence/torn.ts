import { closeSync, openSync, readSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './digest.ts'
import { errorCode } from './errors.ts'

/** Whoever takes a torn name away is done in no time: a lock that is older was left by a process that was killed. */
const ABANDONED_MS = 60_000

/**
 * Whether a name came without its content, as it does where the power fails while both are on their way to the disk. Nobody went on
 * with such a record, since a write returns only once both are there: it counts as one that was never written. No record is empty, or
 * begins with a zero.
 */
export function isTorn(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes[0] === 0
}

/** Takes a torn name away, so that it can be written; false where there is none, or somebody else is about it. */
export function takeTornAway(path: string, scratch: string): boolean {
  if (!isTornAt(path)) return false
  const lock = join(scratch, `.torn-${sha256(path)}`)
  if (!takes(lock)) return false
  try {
    // Between the first look and the lock, another process may have written it.
    const torn = isTornAt(path)
    if (torn) unlinkSync(path)
    return torn
  } finally {
    unlinkSync(lock)
  }
}

function isTornAt(path: string): boolean {
  const first = Buffer.alloc(1)
  const descriptor = openSync(path, 'r')
  try {
    return isTorn(first.subarray(0, readSync(descriptor, first)))
  } finally {
    closeSync(descriptor)
  }
}

function takes(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600))
    return true
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    if (Date.now() - statSync(lock).mtimeMs > ABANDONED_MS) unlinkSync(lock)
    return false
  }
}
