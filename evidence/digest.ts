import { hash } from 'node:crypto'
import { canonical } from '../schemas/canonical.ts'

/** SHA-256 as 64 hexadecimal digits: the form of manifests and of in-toto. */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex')
}

/** SHA-256 as `sha256:<64 hex>`: the form of every digest of ours. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${sha256(bytes)}`
}

/** The bytes of a value's canonical JSON. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(canonical(value), 'utf8')
}

/** The digest of a value's canonical JSON. */
export function jsonDigest(value: unknown): string {
  return digestOf(jsonBytes(value))
}

/** Whether two values are the same JSON. */
export function sameJson(one: unknown, other: unknown): boolean {
  return canonical(one ?? null) === canonical(other ?? null)
}
