import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { WireReader } from './wire.ts'

/** Whether a signature holds for these bytes. It is the signature alone: without the name of its algorithm, or what a token adds. */
export type Check = (bytes: Uint8Array, signature: Buffer) => boolean

/** The hash that goes with a key. */
type Hash = 'sha256' | 'sha384' | 'sha512'

/** A curve as SSH names it. */
export type Curve = keyof typeof CURVES

const CURVES = {
  nistp256: { crv: 'P-256', bytes: 32, hash: 'sha256' },
  nistp384: { crv: 'P-384', bytes: 48, hash: 'sha384' },
  nistp521: { crv: 'P-521', bytes: 66, hash: 'sha512' },
} as const

/** Shorter ones can be broken. */
const SHORTEST_RSA_BITS = 2048

/** Everybody uses 65537; with a long one, a stranger's signature takes as long to verify as hundreds of others. */
const LONGEST_EXPONENT = 8

/** Reads an Ed25519 key (RFC 8709). */
export function ed25519(reader: WireReader): Check {
  const key = publicKey({ kty: 'OKP', crv: 'Ed25519', x: base64url(reader.string()) })
  return (bytes, signature) => verify(null, bytes, key, signature)
}

/** Reads an RSA key (RFC 4253); which hash a signature is over, it says itself. */
export function rsa(reader: WireReader): (hash: Hash) => Check {
  const [e, n] = [reader.integer(), reader.integer()]
  if (n.length * 8 < SHORTEST_RSA_BITS) throw new TypeError(`an RSA key has at least ${SHORTEST_RSA_BITS} bits`)
  if (e.length > LONGEST_EXPONENT) throw new TypeError('the exponent of an RSA key is longer than 64 bits')
  const key = publicKey({ kty: 'RSA', e: base64url(e), n: base64url(n) })
  return (hash) => (bytes, signature) => verify(hash, bytes, key, signature)
}

/** Reads an ECDSA key, which names its curve once more (RFC 5656). */
export function ecdsa(curve: Curve, reader: WireReader): Check {
  const { crv, bytes: size, hash } = CURVES[curve]
  if (reader.text() !== curve) throw new TypeError('a key names two curves')
  const point = reader.string()
  if (point[0] !== 4 || point.length !== 1 + 2 * size) throw new TypeError('a key is no point of its curve')
  const [x, y] = [base64url(point.subarray(1, 1 + size)), base64url(point.subarray(1 + size))]
  const key = publicKey({ kty: 'EC', crv, x, y })
  return (bytes, signature) => verify(hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, bothHalves(signature, size))
}

/** Two numbers, each as long as the curve. */
function bothHalves(signature: Buffer, size: number): Buffer {
  const parts = new WireReader(signature)
  const raw = Buffer.concat([padded(parts.integer(), size), padded(parts.integer(), size)])
  parts.end()
  return raw
}

function padded(integer: Buffer, size: number): Buffer {
  if (integer.length > size) throw new TypeError('a signature is too long for its curve')
  return Buffer.concat([Buffer.alloc(size - integer.length), integer])
}

function publicKey(jwk: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' })
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
