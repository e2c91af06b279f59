import { createHash } from 'node:crypto'
import { ecdsa, ed25519 } from './algorithms.ts'
import type { Check } from './algorithms.ts'
import { WireReader } from './wire.ts'

/** What tokens sign with, by the type of their key. Signatures that a browser asked a token for (`webauthn-sk-…`) are none of ours. */
const TYPES: Readonly<Record<string, (reader: WireReader) => Check>> = {
  'sk-ssh-ed25519@openssh.com': ed25519,
  'sk-ecdsa-sha2-nistp256@openssh.com': (reader) => ecdsa('nistp256', reader),
}

/** Among the flags: somebody has touched the token. */
const USER_PRESENT = 0x01

/** Whether keys of this type lie in a hardware token. */
export function isOfSecurityKey(type: string): boolean {
  return Object.hasOwn(TYPES, type)
}

/**
 * Reads the key of a hardware token (PROTOCOL.u2f of OpenSSH). A signature holds only where somebody has touched the token for it:
 * otherwise whatever runs on the person's machine could sign. `ssh-keygen -Y verify` does not ask for that.
 */
export function securityKey(type: string, reader: WireReader): Check {
  const check = TYPES[type]?.(reader)
  const application = reader.string()
  // OpenSSH reads it as a C string.
  if (check === undefined || application.includes(0)) throw new TypeError('this is no key of a hardware token')
  return (bytes, signature) => {
    const { algorithm, part, flags, counter } = readSignature(signature)
    if (algorithm !== type || ((flags[0] ?? 0) & USER_PRESENT) === 0) return false
    return check(Buffer.concat([sha256(application), flags, counter, sha256(bytes)]), part)
  }
}

/** The token's own signature, and what the token adds to the words before it signs. */
function readSignature(signature: Buffer) {
  const reader = new WireReader(signature)
  const [algorithm, part, flags, counter] = [reader.text(), reader.string(), reader.take(1), reader.take(4)]
  reader.end()
  return { algorithm, part, flags, counter }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
