import { join } from 'node:path'
import { createFile, namesIn } from './disk.ts'
import { EvidenceError } from './errors.ts'
import type { PublicKey } from './keys.ts'
import { loadPublicKey } from './keys.ts'

/**
 * Whom a verifier trusts, for what. The two are kept apart: the admission key lies where steps run, and must not be able
 * to sign a bundle.
 */
export interface Trust {
  readonly sealing: readonly PublicKey[]
  /** Keys of admissions and votes; without them, the one that the trusted sealing vouches for in the bundle. */
  readonly admission?: readonly PublicKey[]
}

/** Loads a trust folder: `keys/*.pem` may seal, `admission/*.pem` may admit. */
export async function loadTrust(folder: string): Promise<Trust> {
  const trust = { sealing: await keysIn(join(folder, 'keys')), admission: await keysIn(join(folder, 'admission')) }
  if (trust.sealing.length > 0) return trust
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
export async function addTrust(folder: string, trust: Required<Trust>): Promise<void> {
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
