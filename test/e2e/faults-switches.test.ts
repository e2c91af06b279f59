import { describe, expect, test } from 'vitest'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { StopSwitch } from '../../engine/host/stops.ts'
import type { StopScope } from '../../engine/host/stops.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import type { Installation } from '../support/installation.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation
let switches: StopSwitch
let inClosedWindow: BadPromotion

onOneStage(async (stage) => {
  ;({ lab, installation } = stage)
  switches = new StopSwitch(new StateFolder(installation.folder).stops)
  inClosedWindow = await badPromotion(lab)
  await closeWindow(inClosedWindow.route.environment)
})

/** The calendar is part of the catalogue: processes that start after this see it. */
async function closeWindow(environment: string): Promise<void> {
  const hour = 3_600_000
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  const window = `{ from: ${at(-hour)}, to: ${at(hour)}, environments: [${environment}], reason: holidays }`
  await installation.edit('runbooks/calendar.yaml', (text) => text.replace('closed: []', `closed: [${window}]`))
}

async function stop(scope: StopScope): Promise<string> {
  return (await switches.stop({ scope, reason: 'the platform team asked for it', by: 'test' })).id
}

describe.concurrent('an emergency stop', () => {
  test('G2: that is laid while a run is under way denies its next effect, with the command that releases it', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hold', on: 'freeze', at: 'after-commit' })
    const { runId } = await installation.start('bad-deploy', scene.route)
    const held = await heldOf(lab, runId)
    const id = await stop({ run: runId })
    await release(lab, held, 'go')
    const { outcome } = await installation.sealed(runId)
    expect(outcome).toMatchObject({ name: 'rollback-denied', as: 'blocked', denial: { by: 'stop-switch' } })
    expect(outcome?.denial?.next).toBe(`runproof release ${id} --reason "…"`)
    expect(await scene.changes()).toEqual(['freeze'])
  })

  test('G18: of an effect holds back that effect and those below it, and nothing else', async () => {
    const scene = await badPromotion(lab)
    await stop({ environment: scene.route.environment, effect: 'route.own' })
    const { runId } = await installation.start('bad-deploy', scene.route)
    expect((await installation.sealed(runId)).outcome?.denial?.by).toBe('stop-switch')
    expect(await scene.changes()).toEqual(['freeze'])
  })

  test('G2: of an environment holds back protective effects too, until it is released', async () => {
    const scene = await badPromotion(lab)
    const id = await stop({ environment: scene.route.environment })
    const first = await installation.start('bad-deploy', scene.route)
    expect((await installation.sealed(first.runId)).outcome?.denial?.by).toBe('stop-switch')
    expect(await scene.changes()).toEqual([])
    await switches.release(id, { reason: 'it is over', by: 'test' })
    await installation.client.workflow.getHandle(first.workflowId).result()
    const second = await installation.start('bad-deploy', scene.route)
    expect((await installation.sealed(second.runId)).outcome?.name).toBe('rolled-back')
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
  })
})

test('G2: outside the change window the rollback is denied, and the protective freeze is done all the same', async () => {
  const { runId } = await installation.start('bad-deploy', inClosedWindow.route)
  const { outcome } = await installation.sealed(runId)
  expect(outcome).toMatchObject({ name: 'rollback-denied', denial: { by: 'change-window', unknown: false } })
  expect(outcome?.denial?.message).toContain('holidays')
  expect(await inClosedWindow.changes()).toEqual(['freeze'])
})
