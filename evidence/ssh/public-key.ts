import { createHash } from 'node:crypto'
import { ecdsa, ed25519, rsa } from './algorithms.ts'
import type { Check, Curve } from './algorithms.ts'
import { isOfSecurityKey, securityKey } from './security-key.ts'
import { WireReader } from './wire.ts'

/** A person's public key, as SSH writes it. */
export interface SshKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com` … */
  readonly type: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** Whether a signature, in the form of SSH, holds for these bytes. */
  verify(bytes: Uint8Array, signature: Buffer): boolean
}

const CURVES: Readonly<Record<string, Curve>> = {
  'ecdsa-sha2-nistp256': 'nistp256',
  'ecdsa-sha2-nistp384': 'nistp384',
  'ecdsa-sha2-nistp521': 'nistp521',
}

/** SHA-1 is not among them. */
const RSA_HASHES: Readonly<Record<string, 'sha256' | 'sha512'>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }

/** Reads a public key: Ed25519, ECDSA or RSA, or one of a hardware token. Throws on anything else. */
export function readSshKey(blob: Buffer): SshKey {
  const reader = new WireReader(blob)
  const type = reader.text()
  const check = checkerOf(type, reader)
  reader.end()
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
  return { type, fingerprint, verify: (bytes, signature) => holds(() => check(bytes, signature)) }
}

/** Checks signatures with the name of their algorithm. */
function checkerOf(type: string, reader: WireReader): Check {
  if (type === 'ssh-ed25519') return ofType(type, ed25519(reader))
  if (type === 'ssh-rsa') return ofRsa(rsa(reader))
  const curve = Object.hasOwn(CURVES, type) ? CURVES[type] : undefined
  if (curve !== undefined) return ofType(type, ecdsa(curve, reader))
  if (isOfSecurityKey(type)) return securityKey(type, reader)
  throw new TypeError(
    `keys of the type ${JSON.stringify(type)} are not accepted: use Ed25519, ECDSA or RSA, or a FIDO security key`,
  )
}

/** The algorithm has the name of the key's type. */
function ofType(type: string, check: Check): Check {
  return (bytes, signature) => {
    const { algorithm, part } = readSignature(signature)
    return algorithm === type && check(bytes, part)
  }
}

function ofRsa(checkOver: ReturnType<typeof rsa>): Check {
  return (bytes, signature) => {
    const { algorithm, part } = readSignature(signature)
    const hash = Object.hasOwn(RSA_HASHES, algorithm) ? RSA_HASHES[algorithm] : undefined
    return hash !== undefined && checkOver(hash)(bytes, part)
  }
}

function readSignature(signature: Buffer) {
  const reader = new WireReader(signature)
  const [algorithm, part] = [reader.text(), reader.string()]
  reader.end()
  return { algorithm, part }
}

/** A signature that cannot be read does not hold. */
function holds(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
