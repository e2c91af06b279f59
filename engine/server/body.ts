import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/** A notification is smaller than this, or its group is badly chosen. */
const MAX_BYTES = 1 << 20

/** The JSON of a request's body, of at most one mebibyte. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Problem(
      'not-json',
      'the body is not valid JSON in UTF-8',
      'send what the webhook receiver of Alertmanager sends, without a `payload` template',
    )
  }
}

/**
 * What is too large is not kept, but still read to its end (or until the server's request timeout): a connection that is
 * cut while its client writes would lose the answer.
 */
async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BYTES) return chunks.push(chunk)
      chunks.length = 0
      return reject(tooLarge())
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', () => reject(cutOff()))
    request.once('close', () => reject(cutOff()))
  })
}

function tooLarge(): Problem {
  return new Problem(
    'body-too-large',
    'the body is larger than 1 MiB',
    'send fewer alerts in one message: `max_alerts`, or a finer `group_by`',
  )
}

function cutOff(): Problem {
  return new Problem('not-json', 'the body ended before it was whole', 'send it again')
}
