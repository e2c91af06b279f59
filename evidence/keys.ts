import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonBytes } from './digest.ts'
import { createFile, makeFolder } from './disk.ts'
import { errorCode, EvidenceError } from './errors.ts'
import { readSmallFile, readSmallIfThere } from './small-file.ts'

/** Signs bytes, wherever its key is held: a file here, an agent or a key service elsewhere. */
export interface Signer {
  /** The key's SSH fingerprint. A hint, which decides no trust. */
  readonly keyid: string
  readonly publicPem: string
  sign(bytes: Uint8Array): Promise<Buffer>
}

/** A public key that signatures are checked against. */
export interface PublicKey {
  readonly keyid: string
  readonly pem: string
  verify(bytes: Uint8Array, signature: Uint8Array): boolean
}

/**
 * Loads the Ed25519 key `<name>.pem` of a folder, and makes it first where there is none; of two made at once, one wins.
 * Its public half lies beside it, as `<name>.pub.pem`.
 */
export async function ensureKey(folder: string, name: string): Promise<Signer> {
  await refuseSharedFolder(await makeFolder(folder).catch(noFolder(folder)))
  const path = join(folder, `${name}.pem`)
  if (!existsSync(path)) await createFile(path, newKey(), { scratch: folder })
  const signer = await loadKey(folder, name)
  await createFile(join(folder, `${name}.pub.pem`), Buffer.from(signer.publicPem), { scratch: folder, mode: 0o644 })
  return signer
}

/** Loads the Ed25519 key `<name>.pem` of a folder. Refuses one that others can read. */
export async function loadKey(folder: string, name: string): Promise<Signer> {
  const path = join(folder, `${name}.pem`)
  const pem = readPrivate(path)
  const key = ed25519(() => createPrivateKey(pem), path)
  const { keyid, pem: publicPem } = publicKey(createPublicKey(key))
  return { keyid, publicPem, sign: async (bytes) => sign(null, bytes, key) }
}

/** A public key from its PEM text. */
export function publicKeyOf(pem: string, name: string): PublicKey {
  return publicKey(ed25519(() => createPublicKey(pem), name))
}

/** A public key from its PEM file. */
export async function loadPublicKey(path: string): Promise<PublicKey> {
  const pem = readPublic(path)
  if (pem !== undefined) return publicKeyOf(pem.toString('utf8'), path)
  throw new EvidenceError(`there is no public key ${path}`, 'name a PEM file with one Ed25519 public key')
}

function readPublic(path: string): Buffer | undefined {
  try {
    return readSmallIfThere(path)
  } catch (cause) {
    throw new EvidenceError(
      `the public key ${path} cannot be read (${errorCode(cause) ?? 'unreadable'})`,
      'name a PEM file with one Ed25519 public key',
      cause,
    )
  }
}

/** Signs a value's canonical JSON: admissions and votes. */
export async function signJson(signer: Signer, value: unknown): Promise<{ keyid: string; signature: string }> {
  const signature = await signer.sign(jsonBytes(value))
  return { keyid: signer.keyid, signature: signature.toString('base64') }
}

/** The key among these under which a signature over a value's canonical JSON holds; undefined where there is none. */
export function verifyJson(keys: readonly PublicKey[], value: unknown, signature: string): PublicKey | undefined {
  const bytes = jsonBytes(value)
  return keys.find((key) => key.verify(bytes, Buffer.from(signature, 'base64')))
}

/** The body of an OpenSSH public key line, before base64. */
export function sshBlob(pem: string): Buffer {
  const point = createPublicKey(pem).export({ format: 'der', type: 'spki' }).subarray(-32)
  return Buffer.concat([Buffer.from('ssh-ed25519'), point].flatMap((part) => [uint32(part.length), part]))
}

function newKey(): Buffer {
  return Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
}

function noFolder(folder: string): (cause: unknown) => never {
  return (cause) => {
    throw new EvidenceError(
      `the key folder ${folder} cannot be made`,
      'name a folder that this user can write to',
      cause,
    )
  }
}

async function refuseSharedFolder(folder: string): Promise<void> {
  if (((await stat(folder)).mode & 0o022) === 0) return
  throw new EvidenceError(`others than its owner can change the key folder ${folder}`, `chmod 700 ${folder}`)
}

function readPrivate(path: string): string {
  try {
    return readSmallFile(path, { accept: (status) => refuseShared(path, status) }).toString('utf8')
  } catch (cause) {
    if (cause instanceof EvidenceError) throw cause
    const why = errorCode(cause) ?? 'unreadable'
    throw new EvidenceError(`the key ${path} cannot be read (${why})`, 'make keys with: runproof keys init', cause)
  }
}

function refuseShared(path: string, { mode }: Stats): void {
  if ((mode & 0o077) === 0) return
  throw new EvidenceError(`others than its owner can use the private key ${path}`, `chmod 600 ${path}`)
}

function ed25519(make: () => KeyObject, name: string): KeyObject {
  const key = attempt(make)
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new EvidenceError(`${name} holds no Ed25519 key`, 'a key is a PEM file with one Ed25519 key, unencrypted')
}

function attempt(make: () => KeyObject): KeyObject | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function publicKey(key: KeyObject): PublicKey {
  const pem = key.export({ format: 'pem', type: 'spki' }).toString()
  const digest = createHash('sha256').update(sshBlob(pem)).digest('base64').replace(/=+$/, '')
  return { keyid: `SHA256:${digest}`, pem, verify: (bytes, signature) => verify(null, bytes, key, signature) }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
