import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { errorCode } from './errors.ts'

/** Keys, lists of signers, votes and configuration are far smaller; nobody writes one of this size. */
const LIMIT_BYTES = 2 ** 20

/** Does not wait where a pipe took the file's place. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** How much is read at most, and what else must hold of the file, which throws where it does not. */
export interface Reading {
  readonly limitBytes?: number
  readonly accept?: (status: Stats) => void
}

/** Thrown where a file is not read although it is there; `code` says why, like that of the operating system. */
export class NotRead extends Error {
  override readonly name = 'NotRead'
  readonly code: string

  constructor(path: string, why: string) {
    super(`${path} is not read: ${why}`)
    this.code = why
  }
}

/** Reads a small file that somebody named. It ends whatever lies there: only plain files are read, and no more than the limit. */
export function readSmallFile(path: string, { limitBytes = LIMIT_BYTES, accept }: Reading = {}): Buffer {
  const descriptor = openSync(path, OPEN_FLAGS)
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw new NotRead(path, status.isDirectory() ? 'EISDIR' : 'not a plain file')
    accept?.(status)
    const bytes = readUpTo(descriptor, limitBytes + 1)
    if (bytes.length > limitBytes) throw new NotRead(path, `more than ${limitBytes / 2 ** 20} MiB`)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

/** The same; undefined where there is no file of this name. */
export function readSmallIfThere(path: string): Buffer | undefined {
  try {
    return readSmallFile(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What a file says of its size is not believed: those that the kernel makes up say none. */
function readUpTo(descriptor: number, most: number): Buffer {
  const parts: Buffer[] = []
  for (let left = most; left > 0;) {
    const part = Buffer.allocUnsafe(Math.min(left, 2 ** 16))
    const length = readSync(descriptor, part)
    if (length === 0) break
    parts.push(part.subarray(0, length))
    left -= length
  }
  return Buffer.concat(parts)
}
