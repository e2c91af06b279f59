import { createHash } from 'node:crypto'
import { readSshKey } from './public-key.ts'
import type { SshKey } from './public-key.ts'
import { isOfSecurityKey } from './security-key.ts'
import { WireReader, wireString } from './wire.ts'

const MAGIC = 'SSHSIG'
const HASH = 'sha512'
const ARMOR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?$/

/** No armored signature is longer: the largest is by RSA with 16 384 bits. */
const LONGEST = 16_384

/** A key that has signed, with its bytes as a list of signers names them. */
export interface SignedBy {
  readonly key: SshKey
  readonly blob: Buffer
}

/**
 * The key under which an armored SSHSIG holds for these bytes in this namespace (PROTOCOL.sshsig); undefined where it does not hold.
 * It is the key that the signature itself brings along: whose it is, a list of signers says.
 */
export function signedBy(armored: string, bytes: Uint8Array, namespace: string): SignedBy | undefined {
  try {
    return verifiedKey(armored, bytes, namespace)
  } catch {
    return undefined
  }
}

/** Whether an armored SSHSIG names a key of a hardware token, for a person to be told; it may not hold at all. */
export function namesSecurityKey(armored: string): boolean {
  try {
    return isOfSecurityKey(readSshKey(readParts(armored).blob).type)
  } catch {
    return false
  }
}

function verifiedKey(armored: string, bytes: Uint8Array, namespace: string): SignedBy | undefined {
  const { blob, named, reserved, hash, signature } = readParts(armored)
  if (named !== namespace || hash !== HASH) return undefined
  const key = readSshKey(blob)
  return key.verify(signedBytes(bytes, namespace, reserved), signature) ? { key, blob } : undefined
}

function readParts(armored: string) {
  const reader = new WireReader(unarmored(armored))
  const [magic, version, blob] = [reader.take(MAGIC.length), reader.uint32(), reader.string()]
  if (magic.toString('latin1') !== MAGIC || version !== 1) throw new TypeError('this is no SSH signature')
  const [named, reserved, hash, signature] = [reader.text(), reader.string(), reader.text(), reader.string()]
  reader.end()
  return { blob, named, reserved, hash, signature }
}

function unarmored(armored: string): Buffer {
  const body = armored.length > LONGEST ? undefined : ARMOR.exec(armored.replaceAll('\r\n', '\n'))?.[1]
  if (body === undefined) throw new TypeError('this is no armored SSH signature')
  return Buffer.from(body, 'base64')
}

function signedBytes(bytes: Uint8Array, namespace: string, reserved: Buffer): Buffer {
  const digest = createHash(HASH).update(bytes).digest()
  return Buffer.concat([Buffer.from(MAGIC), ...[namespace, reserved, HASH, digest].map(wireString)])
}
