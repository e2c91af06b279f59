import { join } from 'node:path'
import { readBag } from '../../evidence/bag-folder.ts'
import type { Bag } from '../../evidence/bag-folder.ts'
import { parseEffect, parseEffectName } from '../../evidence/effects.ts'
import type { EffectKind, EffectRecords } from '../../evidence/effects.ts'
import { loadPublicKey } from '../../evidence/keys.ts'
import { readRecord } from '../../evidence/record.ts'
import type { RunRecord } from '../../evidence/record.ts'
import type { Trust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import type { Verification } from '../../evidence/verify.ts'
import { payloadOf } from '../../evidence/verify-form.ts'
import type { ClaimRequest, Denial, Verdict } from '../../schemas/run.ts'
import type { Installation } from './installation.ts'

/** A bundle as it lies in the store, verified with the keys of its installation, and what it tells. */
export interface Sealed {
  readonly path: string
  readonly bag: Bag
  /** The keys of its installation. */
  readonly trust: Trust
  readonly verification: Verification
  readonly record: RunRecord
}

/** What the worker wrote when it said a claim, or was not allowed to. */
export interface ClaimFile {
  readonly claims: ClaimRequest['claims']
  readonly verdicts?: readonly Verdict[]
  readonly denial?: Denial
}

/** Opens the bundle of a run that is sealed. */
export async function openSealed(installation: Installation, runId: string): Promise<Sealed> {
  const path = installation.store.bundlePath(runId)
  const bag = await readBag(path)
  const trust = { sealing: [await sealingKey(installation)], admission: [await keyOf(installation, 'admission')] }
  return { path, bag, trust, verification: verify(bag, { trust, runId }), record: readRecord(payloadOf(bag)) }
}

/** The path of the key that a stranger would be given. */
export function sealingKeyPath({ folder }: Installation): string {
  return join(folder, '.runproof', 'keys', 'sealing.pub.pem')
}

async function sealingKey(installation: Installation) {
  return loadPublicKey(sealingKeyPath(installation))
}

async function keyOf({ folder }: Installation, name: string) {
  return loadPublicKey(join(folder, '.runproof', 'keys', `${name}.pub.pem`))
}

/** The door's files of one kind, in the order of their names. */
export function doorFiles<K extends EffectKind>({ record }: Sealed, kind: K): EffectRecords[K][] {
  return [...record.intake].flatMap(([name, bytes]) =>
    parseEffectName(name)?.kind === kind ? [parseEffect(kind, bytes, name)] : [],
  )
}

/** Every claim that was tried. */
export function claimFiles({ record }: Sealed): ClaimFile[] {
  const files = [...record.intake].filter(([name]) => name.endsWith('.claim.json'))
  return files.map(([, bytes]) => JSON.parse(bytes.toString('utf8')) as ClaimFile)
}

/** The effects for which the run has a receipt, and the claims that it said. */
export function effectsOf(sealed: Sealed): string[] {
  const said = claimFiles(sealed).filter(({ denial }) => denial === undefined)
  return [
    ...doorFiles(sealed, 'receipt').flatMap(({ effects }) => effects),
    ...said.flatMap(({ claims }) => claims.map(({ effect }) => effect)),
    ...sealed.record.outcome.claims,
  ]
}
