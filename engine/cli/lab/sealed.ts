import { join } from 'node:path'
import { readBag } from '../../../evidence/bag-folder.ts'
import { parseEffect, parseEffectName } from '../../../evidence/effects.ts'
import { loadPublicKey } from '../../../evidence/keys.ts'
import { readRecord } from '../../../evidence/record.ts'
import type { RunRecord } from '../../../evidence/record.ts'
import { openStore } from '../../../evidence/store.ts'
import { payloadOf } from '../../../evidence/verify-form.ts'
import { verify } from '../../../evidence/verify.ts'
import type { Verification } from '../../../evidence/verify.ts'
import { claimRecordSchema } from '../../../schemas/evidence.ts'
import { readConfig } from '../../host/config.ts'
import { StateFolder } from '../../host/state-folder.ts'

/** What the bundle of a run tells, and what is wrong with it. */
export interface Sealed {
  readonly record: RunRecord
  /** Effects for which there is a receipt, in the order of their files. */
  readonly receipts: readonly string[]
  /** Claims that were said. */
  readonly claimed: readonly string[]
  readonly faults: readonly string[]
}

/** Opens the bundle of a run and verifies it with the keys of its installation. */
export async function openSealed(folder: string, runId: string): Promise<Sealed> {
  const bag = await readBag(openStore(readConfig(folder).evidence).bundlePath(runId))
  const trust = { sealing: [await keyIn(folder, 'sealing')], admission: [await keyIn(folder, 'admission')] }
  const record = readRecord(payloadOf(bag))
  return {
    record,
    receipts: receiptsIn(record),
    claimed: claimedIn(record),
    faults: faultsOf(verify(bag, { trust, runId })),
  }
}

async function keyIn(folder: string, name: string): ReturnType<typeof loadPublicKey> {
  return loadPublicKey(join(new StateFolder(folder).keys, `${name}.pub.pem`))
}

function receiptsIn({ intake }: RunRecord): string[] {
  return [...intake].flatMap(([name, bytes]) =>
    parseEffectName(name)?.kind === 'receipt' ? parseEffect('receipt', bytes, name).effects : [],
  )
}

/** A claim that was denied leaves a file too. */
function claimedIn({ intake, outcome }: RunRecord): string[] {
  const tried = [...intake].filter(([name]) => name.endsWith('.claim.json'))
  const files = tried.map(([, bytes]) => claimRecordSchema.parse(JSON.parse(bytes.toString('utf8'))))
  const said = files.filter(({ denial }) => denial === undefined)
  return [...said.flatMap(({ claims }) => claims.map(({ effect }) => effect)), ...outcome.claims]
}

function faultsOf({ verdict, checks, signed }: Verification): string[] {
  const failed = checks.filter(({ ok }) => !ok).map(({ id, text }) => `${id}: ${text}`)
  const { gaps = [], contradictions = [] } = signed?.predicate ?? {}
  const told = [...gaps, ...contradictions]
  return verdict === 'verified' ? [...failed, ...told] : [`the verdict is ${verdict}`, ...failed, ...told]
}
