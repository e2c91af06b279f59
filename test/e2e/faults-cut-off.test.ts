import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../engine/host/config.ts'
import { findRun } from '../../engine/host/runs.ts'
import type { SealingOffice } from '../../engine/host/sealing.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { sweep } from '../../engine/host/sweeper.ts'
import { ensureKey, loadPublicKey } from '../../evidence/keys.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import type { BadPromotion, Held } from '../support/bad-promotion.ts'
import type { Installation } from '../support/installation.ts'
import { doorFiles, openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation

onOneStage((stage) => {
  ;({ lab, installation } = stage)
})

/** A run whose rollback stands still on the platform, before anything was committed. */
async function underWay(): Promise<{ scene: BadPromotion; runId: string; held: Held }> {
  const scene = await badPromotion(lab)
  await scene.fault({ fault: 'hold', on: 'rollback', at: 'before-commit' })
  const { runId } = await installation.start('bad-deploy', scene.route)
  return { scene, runId, held: await heldOf(lab, runId) }
}

/** The sealing's own means, without its process. */
async function office(): Promise<SealingOffice> {
  const { keys } = new StateFolder(installation.folder)
  const admissionKeys = [await loadPublicKey(join(keys, 'admission.pub.pem'))]
  const signer = await ensureKey(keys, 'sealing')
  const { catalogue } = readConfig(installation.folder)
  const sealing = { store: installation.store, signer, admissionKeys, custody: 'same-user' as const }
  return { sealing, client: installation.client, catalogue, log: pino({ level: 'silent' }) }
}

describe.concurrent('a run that is cut off', () => {
  test('G27: a terminated run is sealed by the sweeper, and its bundle names what nobody can tell', async () => {
    const { runId, held } = await underWay()
    await (await findRun(installation.client, runId)).terminate('a person ended it')
    const swept = await sweep(await office())
    const { record, verification } = await openSealed(installation, runId)
    await release(lab, held, 'abort')
    // The sealing process sweeps too: whoever comes first seals it.
    expect(swept.filter((id) => id !== runId)).toEqual([])
    expect(record.outcome).toMatchObject({ as: 'failed-unsafe', claims: [] })
    expect(record.outcome.message).toContain('TERMINATED')
    expect(verification).toMatchObject({ verdict: 'verified', signed: { predicate: { contradictions: [] } } })
    expect(verification.signed?.predicate.gaps).toEqual(
      expect.arrayContaining([
        'no entry tells how the run ended',
        'nothing tells what became of rollback@1.intent.json',
      ]),
    )
  })

  test('a cancelled run accounts for the effect that is under way, says that it was aborted, and is sealed', async () => {
    const { scene, runId, held } = await underWay()
    await (await findRun(installation.client, runId)).cancel()
    await release(lab, held, 'go')
    const { outcome } = await installation.sealed(runId)
    expect(outcome).toMatchObject({ name: 'aborted', as: 'aborted', claims: ['claim.aborted'] })
    expect(outcome?.left.map(({ step }) => step)).toEqual(['freezePromotions', 'rollback'])
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    const sealed = await openSealed(installation, runId)
    expect(doorFiles(sealed, 'receipt').map(({ step }) => step)).toEqual(['freezePromotions', 'rollback'])
    expect(sealed.verification).toMatchObject({
      verdict: 'verified',
      signed: { predicate: { outcome: 'aborted', gaps: [], contradictions: [] } },
    })
  })

  test('a run that is cancelled before its effect does not begin it', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hold', on: 'freeze', at: 'after-commit' })
    const { runId } = await installation.start('bad-deploy', scene.route)
    const held = await heldOf(lab, runId)
    await (await findRun(installation.client, runId)).cancel()
    await release(lab, held, 'go')
    expect((await installation.sealed(runId)).outcome).toMatchObject({ as: 'aborted' })
    expect(await scene.changes()).toEqual(['freeze'])
  })
})
