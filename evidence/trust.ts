import { join } from 'node:path'
import { createFile, namesIn } from './disk.ts'
import { errorCode, EvidenceError } from './errors.ts'
import type { PublicKey } from './keys.ts'
import { loadPublicKey } from './keys.ts'
import { readSmallIfThere } from './small-file.ts'
import { readAllowedSigners } from './ssh/allowed-signers.ts'
import type { AllowedSigners } from './ssh/allowed-signers.ts'

/**
 * Whom a verifier trusts, for what. The two are kept apart: the admission key lies where steps run, and must not be able
 * to sign a bundle.
 */
export interface Trust {
  readonly sealing: readonly PublicKey[]
  /** Keys of admissions and votes; without them, the one that the trusted sealing vouches for in the bundle. */
  readonly admission?: readonly PublicKey[]
  /** People who may sign votes; without them, a vote is by whom the installation says. */
  readonly signers?: AllowedSigners
}

/** Loads a trust folder: `keys/*.pem` may seal, `admission/*.pem` may admit, `allowed_signers` lists who may sign votes. */
export async function loadTrust(folder: string): Promise<Trust> {
  const trust = { sealing: await keysIn(join(folder, 'keys')), admission: await keysIn(join(folder, 'admission')) }
  const signers = signersIn(join(folder, 'allowed_signers'))
  if (trust.sealing.length > 0)
    return { ...trust, ...(signers === undefined ? {} : { signers: readAllowedSigners(signers.toString('utf8')) }) }
  throw new EvidenceError(
    `the trust folder ${folder} holds no key`,
    'put the sealing key there: keys/<fingerprint>.pem',
  )
}

/** Trust in one sealing key, from its PEM file. */
export async function trustKey(path: string): Promise<Trust> {
  return { sealing: [await loadPublicKey(path)] }
}

/** Adds keys to a trust folder, which is made where there is none; keys that are there stay. */
export async function addTrust(folder: string, trust: Required<Pick<Trust, 'sealing' | 'admission'>>): Promise<void> {
  for (const key of trust.sealing) await addKey(join(folder, 'keys'), key)
  for (const key of trust.admission) await addKey(join(folder, 'admission'), key)
}

/** The file name of a fingerprint, in which `/`, `+` and `:` cannot stand. */
export function keyFile(keyid: string): string {
  return `${keyid.replace(':', '-').replaceAll('/', '_').replaceAll('+', '-')}.pem`
}

async function keysIn(folder: string): Promise<PublicKey[]> {
  const names = (await namesIn(folder).catch(unreadable(folder))).filter((name) => name.endsWith('.pem'))
  return Promise.all(names.map((name) => loadPublicKey(join(folder, name))))
}

function signersIn(file: string): Buffer | undefined {
  try {
    return readSmallIfThere(file)
  } catch (cause) {
    const why = errorCode(cause) ?? 'unreadable'
    throw new EvidenceError(`${file} cannot be read (${why})`, 'list there who may sign votes, or remove it', cause)
  }
}

async function addKey(folder: string, key: PublicKey): Promise<void> {
  await createFile(join(folder, keyFile(key.keyid)), Buffer.from(key.pem), { scratch: folder, mode: 0o644 })
}

function unreadable(folder: string): (cause: unknown) => never {
  return (cause) => {
    throw new EvidenceError(
      `the trust folder ${folder} cannot be read`,
      'name a folder with keys/ and admission/ in it',
      cause,
    )
  }
}
