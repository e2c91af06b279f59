import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { WireReader } from './wire.ts'

/** A person's public key, as SSH writes it. */
export interface SshKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa` … */
  readonly type: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** Whether a signature, in the form of SSH, holds for these bytes. */
  verify(bytes: Uint8Array, signature: Buffer): boolean
}

/** Shorter ones can be broken. */
const SHORTEST_RSA_BITS = 2048

const CURVES: Readonly<Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66, hash: 'sha512' },
}

/** SHA-1 is not among them. */
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }

/** Reads a public key: Ed25519, ECDSA or RSA. Throws on anything else. */
export function readSshKey(blob: Buffer): SshKey {
  const reader = new WireReader(blob)
  const type = reader.text()
  const check = checkerOf(type, reader)
  reader.end()
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
  return { type, fingerprint, verify: (bytes, signature) => holds(() => check(bytes, signature)) }
}

type Check = (bytes: Uint8Array, signature: Buffer) => boolean

function checkerOf(type: string, reader: WireReader): Check {
  if (type === 'ssh-ed25519') return ed25519(reader)
  if (type === 'ssh-rsa') return rsa(reader)
  if (Object.hasOwn(CURVES, type)) return ecdsa(type, reader)
  throw new TypeError(`keys of the type ${JSON.stringify(type)} are not accepted: use Ed25519, ECDSA or RSA`)
}

function ed25519(reader: WireReader): Check {
  const key = publicKey({ kty: 'OKP', crv: 'Ed25519', x: base64url(reader.string()) })
  return (bytes, signature) =>
    verify(
      null,
      bytes,
      key,
      partOf(signature, (algorithm) => algorithm === 'ssh-ed25519'),
    )
}

function rsa(reader: WireReader): Check {
  const [e, n] = [reader.integer(), reader.integer()]
  if (n.length * 8 < SHORTEST_RSA_BITS) throw new TypeError(`an RSA key has at least ${SHORTEST_RSA_BITS} bits`)
  const key = publicKey({ kty: 'RSA', e: base64url(e), n: base64url(n) })
  return (bytes, signature) => {
    const hash = RSA_HASHES[new WireReader(signature).text()]
    return (
      hash !== undefined &&
      verify(
        hash,
        bytes,
        key,
        partOf(signature, (name) => name in RSA_HASHES),
      )
    )
  }
}

function ecdsa(type: string, reader: WireReader): Check {
  const { crv = '', bytes: size = 0, hash = '' } = CURVES[type] ?? {}
  if (reader.text() !== type.replace('ecdsa-sha2-', '')) throw new TypeError('a key names two curves')
  const point = reader.string()
  if (point[0] !== 4 || point.length !== 1 + 2 * size) throw new TypeError('a key is no point of its curve')
  const [x, y] = [base64url(point.subarray(1, 1 + size)), base64url(point.subarray(1 + size))]
  const key = publicKey({ kty: 'EC', crv, x, y })
  return (bytes, signature) => {
    const parts = new WireReader(partOf(signature, (algorithm) => algorithm === type))
    const raw = Buffer.concat([padded(parts.integer(), size), padded(parts.integer(), size)])
    parts.end()
    return verify(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, raw)
  }
}

/** What follows the name of the algorithm in a signature of SSH. */
function partOf(signature: Buffer, accepted: (algorithm: string) => boolean): Buffer {
  const reader = new WireReader(signature)
  if (!accepted(reader.text())) throw new TypeError('the signature is of another algorithm than the key')
  const part = reader.string()
  reader.end()
  return part
}

function publicKey(jwk: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' })
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}

function padded(integer: Buffer, size: number): Buffer {
  if (integer.length > size) throw new TypeError('a signature is too long for its curve')
  return Buffer.concat([Buffer.alloc(size - integer.length), integer])
}

/** A signature that cannot be read does not hold. */
function holds(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
