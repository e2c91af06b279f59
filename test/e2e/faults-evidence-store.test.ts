import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, afterEach, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { RunState } from '../../schemas/run.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation
let scene: BadPromotion
let away = false

onOneStage((stage) => {
  ;({ lab, installation } = stage)
})

beforeEach(async () => {
  scene = await badPromotion(lab)
})

afterEach(async () => {
  if (away) await bringBack()
})

test('G5: a store that takes nothing before the rollback: no effect starts, and the run stays `sealing` until it can be sealed', async () => {
  const runId = await untilFrozen()
  await takeAway()
  const state = await installation.until(runId, ({ phase }) => phase === 'sealing')
  // A rule guards every claim and asks what the run did: nobody can say, so nothing is claimed.
  expect(state.outcome).toMatchObject({ as: 'failed-unsafe', claims: [], denial: { by: 'evidence' } })
  expect(await scene.changes()).toEqual(['freeze'])
  await expectSealedOnceBack(runId, 'failed-unsafe')
  expect(await scene.changes()).toEqual(['freeze'])
})

test('G5: a store that takes nothing at the admission: the run is refused, stays `sealing`, and is sealed when it can be', async () => {
  await takeAway()
  const { runId } = await installation.start('bad-deploy', scene.route)
  const state = await installation.until(runId, ({ phase }) => phase === 'sealing')
  expect(state.outcome).toMatchObject({ name: 'refused', denial: { by: 'evidence' } })
  await expectSealedOnceBack(runId, 'refused')
  expect(await scene.changes()).toEqual([])
})

test('G1: a store that goes away between effect and receipt: the effect is settled once it is back, and happens once', async () => {
  await scene.fault({ fault: 'hold', on: 'rollback', at: 'after-commit' })
  const { runId } = await installation.start('bad-deploy', scene.route)
  const held = await heldOf(lab, runId)
  await takeAway()
  await release(lab, held, 'go')
  await eventually(async () => (await attemptsOf(runId)) > 1, 'a second attempt, which cannot tell what the first did')
  await bringBack()
  expect((await installation.sealed(runId)).outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
  expect(await scene.changes()).toEqual(['freeze', 'rollback'])
})

test('G15: a store that cannot be read at the claim: what rules ask of the receipts is unknown, and no success is claimed', async () => {
  const { runId } = await installation.start('bad-deploy', scene.route)
  await installation.until(runId, ({ steps }) => isAt(steps, 'cleared'))
  await takeAway()
  const state = await installation.until(runId, ({ phase }) => phase === 'sealing')
  expect(state.outcome).toMatchObject({ as: 'failed-unsafe', claims: [], denial: { unknown: true } })
  await expectSealedOnceBack(runId, 'failed-unsafe')
})

/** Starts a run and waits until promotions are frozen; the reading that comes next gets no answer in the meantime. */
async function untilFrozen(): Promise<string> {
  await scene.fault({ fault: 'hold', on: 'freeze', at: 'after-commit' })
  const { runId } = await installation.start('bad-deploy', scene.route)
  const held = await heldOf(lab, runId)
  const hang = await scene.fault({ fault: 'hang', on: 'promotionFreeze', times: 1 })
  await release(lab, held, 'go')
  await eventually(async () => !(await scene.waits(hang)), 'the reading after the freeze')
  expect(await installation.store.list(runId)).toContain('freezePromotions@1.receipt.json')
  return runId
}

/** How often the activity that is under way has been begun. */
async function attemptsOf(runId: string): Promise<number> {
  const { raw } = await (await findRun(installation.client, runId)).describe()
  return raw.pendingActivities?.[0]?.attempt ?? 0
}

function isAt(steps: RunState['steps'], step: string): boolean {
  return steps.some(({ id, status }) => id === step && status === 'running')
}

/** A file stands where the folder should be: modes of files mean nothing to root. */
async function takeAway(): Promise<void> {
  const intake = join(installation.store.dir, 'intake')
  await rename(intake, `${intake}-away`)
  await writeFile(intake, 'this is no folder')
  away = true
}

async function bringBack(): Promise<void> {
  const intake = join(installation.store.dir, 'intake')
  await rm(intake)
  await rename(`${intake}-away`, intake)
  away = false
}

async function expectSealedOnceBack(runId: string, as: string): Promise<void> {
  expect(await installation.store.bundles()).not.toContain(runId)
  await bringBack()
  expect((await installation.sealed(runId)).outcome?.as).toBe(as)
  const { verification } = await openSealed(installation, runId)
  expect(verification).toMatchObject({
    verdict: 'verified',
    signed: { predicate: { outcome: as, contradictions: [] } },
  })
}
