import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** The texts in which a secret could be found again: as it is, as hexadecimal digits, and inside base64 at any offset. */
export function tracesOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString('hex'), ...[0, 1, 2].map((offset) => insideBase64(bytes, offset))]
}

/** The characters that base64 has for these bytes alone, whatever stands before and after them. */
function insideBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
}

/** Whether a text carries any trace of a secret. */
export function carries(text: string, secret: string): boolean {
  return tracesOf(secret).some((trace) => text.includes(trace))
}

/** The content of every file below a folder, by path. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = async (path: string) => [relative(folder, path), await readFile(path, 'latin1')] as const
  return new Map(await Promise.all(paths.map(read)))
}
