import { constants, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { digestOfBytes } from './digest.ts'
import type { Source } from './source.ts'

/** The checker refuses a file that is far smaller, and says so with its place. */
const LIMIT_BYTES = 16 * 2 ** 20

const PART_BYTES = 2 ** 16

/** Does not wait where a pipe took the file's place. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** Thrown where something of a catalogue cannot be read: which, and why, like an error of the operating system. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly path: string
  readonly code: string

  constructor(path: string, why: string) {
    super(`${path} is not read: ${why}`)
    this.path = path
    this.code = why
  }
}

/** Reads one file of a catalogue. It ends whatever lies there: only plain files are read, and no more than the limit. */
export async function readSource(path: string, file: string): Promise<Source> {
  const handle = await open(path, OPEN_FLAGS)
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new Unreadable(path, status.isDirectory() ? 'EISDIR' : 'not a plain file')
    return sourceOf(file, await bytesOf(handle, path))
  } finally {
    await handle.close()
  }
}

/** What a file says of its size is not believed: those that the kernel makes up say none. */
async function bytesOf(handle: FileHandle, path: string): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for (let left = LIMIT_BYTES + 1; left > 0;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(left, PART_BYTES)))
    if (bytesRead === 0) return Buffer.concat(parts)
    parts.push(buffer.subarray(0, bytesRead))
    left -= bytesRead
  }
  throw new Unreadable(path, `more than ${LIMIT_BYTES / 2 ** 20} MiB`)
}

/** A source from bytes; bytes that are not UTF-8 are noted, not thrown. */
export function sourceOf(file: string, bytes: Uint8Array): Source {
  const digest = digestOfBytes(bytes)
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), digest }
  } catch {
    return { file, text: new TextDecoder('utf-8').decode(bytes), digest, encoding: 'broken' }
  }
}
