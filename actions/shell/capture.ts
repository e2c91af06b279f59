import type { Readable } from 'node:stream'

const MAX_OUTPUT_BYTES = 64 * 1024
const MAX_END_BYTES = 4 * 1024

/** What is kept of a stream: its beginning, and its end. */
export interface Captured {
  text(): string
  /** The last lines, whole ones where there are several. */
  end(): string
  /** Was anything left out of the text? */
  over(): boolean
}

/** Keeps the beginning and the end of a stream and reads on, so that the process never waits for a full pipe. */
export function capture(stream: Readable): Captured {
  const kept: Buffer[] = []
  let room = MAX_OUTPUT_BYTES
  let dropped = 0
  let end: Buffer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, room)
    // A copy: a part would keep the whole of its chunk in memory, an empty one too.
    if (part.length > 0) kept.push(Buffer.from(part))
    room -= part.length
    dropped += chunk.length - part.length
    end = Buffer.concat([end, chunk.subarray(-MAX_END_BYTES)]).subarray(-MAX_END_BYTES)
  })
  return {
    text: () => Buffer.concat(kept).toString('utf8'),
    end: () => wholeLines(end.toString('utf8'), end.length === MAX_END_BYTES),
    over: () => dropped > 0,
  }
}

/** The first line of what was cut is half a line, and may be half a secret. */
function wholeLines(text: string, isCut: boolean): string {
  const first = text.indexOf('\n')
  return isCut && first >= 0 && first < text.length - 1 ? text.slice(first + 1) : text
}
