import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readBag } from '../../evidence/bag-folder.ts'
import { isDone } from '../../evidence/effect-status.ts'
import { loadPublicKey } from '../../evidence/keys.ts'
import { readRecord } from '../../evidence/record.ts'
import { readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import type { Trust } from '../../evidence/trust.ts'
import { payloadOf } from '../../evidence/verify-form.ts'
import { verify } from '../../evidence/verify.ts'
import type { Field } from './field.ts'
import type { Change } from './journal.ts'

/** Holds every bundle against the verifier, and what it tells against what the platform has done. */
export async function complaintsAboutBundles(field: Field, changes: readonly Change[]): Promise<string[]> {
  const trust = await trustIn(field)
  const complaints: string[] = []
  for (const runId of await field.store.bundles()) {
    const bag = await readBag(field.store.bundlePath(runId))
    const { verdict, checks, signed } = verify(bag, { trust, runId })
    const { gaps = [], contradictions = [] } = signed?.predicate ?? {}
    const failed = checks.filter(({ ok }) => !ok).map(({ id, text }) => `${id}: ${text}`)
    if (verdict !== 'verified' || failed.length > 0) complaints.push(`${runId} is ${verdict}: ${failed.join('; ')}`)
    complaints.push(...[...gaps.map((text) => `gap: ${text}`), ...contradictions].map((text) => `${runId}: ${text}`))
    const own = changes.filter(({ run }) => run === runId).map(({ step }) => step)
    const told = effectsIn(readRecord(payloadOf(bag)))
    if (own.sort().join() !== told.sort().join())
      complaints.push(
        `${runId} tells of ${told.join(', ') || 'nothing'}; the platform has ${own.join(', ') || 'nothing'}`,
      )
  }
  return complaints
}

/** What a stranger would be given: the public keys, and who may sign votes. */
async function trustIn({ folder }: Field): Promise<Trust> {
  const own = join(folder, '.runproof')
  const key = async (name: string) => loadPublicKey(join(own, 'keys', `${name}.pub.pem`))
  const signers = readAllowedSigners(await readFile(join(own, 'allowed_signers'), 'utf8'))
  return { sealing: [await key('sealing')], admission: [await key('admission')], signers }
}

/** Instances of steps of which the bundle says that they had their effect, undo included. */
function effectsIn({ entries }: ReturnType<typeof readRecord>): string[] {
  return entries.flatMap((entry) =>
    (entry.kind === 'effect' || entry.kind === 'undo') && isDone(entry.result) ? [entry.step] : [],
  )
}
