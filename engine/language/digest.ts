import { createHash } from 'node:crypto'
import { canonical } from '../../schemas/canonical.ts'

/** SHA-256 over the canonical JSON of a value. */
export function digestOf(value: unknown): string {
  return digestOfBytes(canonical(value))
}

/** SHA-256 over bytes, or over the UTF-8 bytes of a text. */
export function digestOfBytes(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
