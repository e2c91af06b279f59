import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { wireString } from '../../evidence/ssh/wire.ts'

/** The kinds of keys that lie in tokens, by their types. */
export const TOKEN_TYPES = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'] as const

/** Flags of a token (CTAP2): somebody touched it; somebody gave it a PIN. */
export const [TOUCHED, PIN_GIVEN] = [0x01, 0x04]

/** What a token adds to the words that it signs. */
export interface Added {
  readonly application: string
  readonly flags: number
  readonly counter: number
}

/** A signature in the parts in which SSH writes it. */
export interface Parts {
  readonly type: string
  readonly own: Buffer
  readonly flags: number
  readonly counter: number
}

/** A hardware token made of software, by PROTOCOL.u2f; what a real one would refuse to sign, it signs. */
export class SecurityToken {
  readonly name: string
  readonly type: (typeof TOKEN_TYPES)[number]
  readonly #pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

  constructor(name: string, type: (typeof TOKEN_TYPES)[number]) {
    this.name = name
    this.type = type
    this.#pair =
      type === TOKEN_TYPES[0] ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  /** The public key, as SSH writes it. */
  blob(application = 'ssh:'): Buffer {
    return Buffer.concat([this.type, ...this.point(), application].map(wireString))
  }

  /** The parts of the key between its type and its application. */
  point(): readonly (string | Buffer)[] {
    const { x = '', y } = this.#pair.publicKey.export({ format: 'jwk' })
    const [first, second] = [x, y ?? ''].map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer]
    return y === undefined ? [first] : ['nistp256', Buffer.concat([Buffer.from([4]), first, second])]
  }

  /** The line of `allowed_signers` of this person. */
  get line(): string {
    return lineOf(this.name, this.type, this.blob())
  }

  /** A signature over the bytes that SSH hands to the token. */
  signature(bytes: Uint8Array, added: Partial<Added> = {}): Parts {
    const { application, flags, counter } = { application: 'ssh:', flags: TOUCHED, counter: 7, ...added }
    const signed = Buffer.concat([sha256(application), addedBytes({ flags, counter }), sha256(bytes)])
    return { type: this.type, own: this.#own(signed), flags, counter }
  }

  /** An armored SSHSIG, as `ssh-keygen -Y sign` makes it with a token. */
  async sign(bytes: Uint8Array, namespace = 'runproof-vote'): Promise<string> {
    return armored(this.blob(), written(this.signature(toSign(bytes, namespace))), namespace)
  }

  #own(signed: Buffer): Buffer {
    const key = this.#pair.privateKey
    if (this.type === TOKEN_TYPES[0]) return sign(null, signed, key)
    const raw = sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' })
    return Buffer.concat([raw.subarray(0, 32), raw.subarray(32)].map((half) => wireString(mpint(half))))
  }
}

/** What SSH has signed of a message (PROTOCOL.sshsig). */
export function toSign(bytes: Uint8Array, namespace = 'runproof-vote'): Buffer {
  const digest = createHash('sha512').update(bytes).digest()
  return Buffer.concat([Buffer.from('SSHSIG'), ...[namespace, '', 'sha512', digest].map(wireString)])
}

/** A signature as it stands in an SSHSIG (PROTOCOL.u2f). */
export function written({ type, own, ...added }: Parts): Buffer {
  return Buffer.concat([wireString(type), wireString(own), addedBytes(added)])
}

/** An SSHSIG in its armor, for a key and a signature that may be anything. */
export function armored(blob: Buffer, signature: Buffer, namespace = 'runproof-vote'): string {
  const parts = [blob, namespace, '', 'sha512', signature].map(wireString)
  return armor(Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), ...parts]))
}

/** The armor alone. */
export function armor(body: Buffer): string {
  const lines = body.toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN SSH SIGNATURE-----\n${lines.trimEnd()}\n-----END SSH SIGNATURE-----\n`
}

/** A line of `allowed_signers`. */
export function lineOf(name: string, type: string, blob: Buffer): string {
  return `${name} ${type} ${blob.toString('base64')}`
}

/** A positive number as SSH writes it (RFC 4251): short, and with a zero where it would seem negative. */
export function mpint(number: Buffer): Buffer {
  const short = number.subarray(number.findIndex((byte) => byte !== 0))
  return (short[0] ?? 0) < 0x80 ? short : Buffer.concat([Buffer.alloc(1), short])
}

function addedBytes({ flags, counter }: Pick<Added, 'flags' | 'counter'>): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(flags)
  bytes.writeUInt32BE(counter, 1)
  return bytes
}

function sha256(bytes: string | Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
