import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import { openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { startOwnTemporal } from '../support/own-temporal.ts'
import type { OwnTemporal } from '../support/own-temporal.ts'
import { doorFiles, openSealed } from '../support/sealed.ts'

let lab: Lab
let temporal: OwnTemporal
let installation: Installation

beforeAll(async () => {
  ;[lab, temporal] = await Promise.all([openLab({ trafficTailMs: 200 }), startOwnTemporal()])
  installation = await openInstallation({ lab, temporal: temporal.address })
  await Promise.all([installation.startWorker(), installation.startSealing()])
})

afterAll(async () => {
  await installation?.stop()
  await temporal?.stop()
  await lab?.stop()
})

test('a Temporal server that is killed while an effect is under way comes back, and the effect happens once', async () => {
  const scene = await badPromotion(lab)
  await scene.fault({ fault: 'hold', on: 'rollback', at: 'before-commit' })
  const { runId } = await installation.start('bad-deploy', scene.route)
  const held = await heldOf(lab, runId)
  await temporal.kill()
  await release(lab, held, 'go')
  await eventually(async () => (await scene.changes()).includes('rollback'), 'the rollback')
  await temporal.restart()
  expect((await installation.sealed(runId)).outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
  expect(await scene.changes()).toEqual(['freeze', 'rollback'])
  const sealed = await openSealed(installation, runId)
  expect(doorFiles(sealed, 'receipt').map(({ step }) => step)).toEqual(['freezePromotions', 'rollback'])
  expect(sealed.verification).toMatchObject({
    verdict: 'verified',
    signed: { predicate: { gaps: [], contradictions: [] } },
  })
})

test('a Temporal server that is killed while a run waits comes back, and the run goes on to its end', async () => {
  const scene = await badPromotion(lab)
  const { runId } = await installation.start('bad-deploy', scene.route)
  await installation.until(runId, ({ steps }) =>
    steps.some(({ id, status }) => id === 'cleared' && status === 'running'),
  )
  await temporal.kill()
  await temporal.restart()
  expect((await installation.sealed(runId)).outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
  expect(await scene.changes()).toEqual(['freeze', 'rollback'])
})
