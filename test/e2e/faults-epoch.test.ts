import { describe, expect, test } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import type { RunState } from '../../schemas/run.ts'
import { badPromotion } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import type { Installation } from '../support/installation.ts'
import { doorFiles, openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation

onOneStage((stage) => {
  ;({ lab, installation } = stage)
})

/** The run asks for the owner when it reads, and the door asks again: every odd answer is one that a decision will rest on. */
const afterReading = (round: number) => ({ after: 'routeOwner', count: 2 * round - 1 })

describe.concurrent('the epoch of the route owner moves', () => {
  test('G7: between decision and door: the run goes back to its readings, and overwrites nothing', async () => {
    const { scene, runId, state } = await runWhile(afterReading(1))
    expect(state.outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
    expect(conflicts(state)).toEqual([{ step: 'rollback', backTo: 'truth', round: 1 }])
    // The door saw it by itself: it never meant to write.
    const intents = doorFiles(await openSealed(installation, runId), 'intent')
    expect(intents.map(({ activity }) => activity)).toEqual(['freezePromotions', 'rollback#2'])
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    expect(await scene.owner()).toMatchObject({ digest: scene.good, epoch: scene.epoch + 2 })
  })

  test('G7: between door and write: the conditional write loses, and the run goes back to its readings', async () => {
    const { scene, runId, state } = await runWhile({ before: 'rollback' })
    expect(state.outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
    expect(conflicts(state)).toEqual([{ step: 'rollback', backTo: 'truth', round: 1 }])
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    expect(await scene.owner()).toMatchObject({ digest: scene.good, epoch: scene.epoch + 2 })
    const sealed = await openSealed(installation, runId)
    expect(sealed.verification).toMatchObject({ verdict: 'verified', signed: { predicate: { gaps: [] } } })
  })

  test('G7: whenever it was read: after so many rounds the run stops, and has overwritten nothing', async () => {
    const { scene, state } = await runWhile(...[1, 2, 3, 4].map(afterReading))
    expect(state.outcome).toMatchObject({ as: 'failed-safe' })
    expect(conflicts(state).map(({ round }) => round)).toEqual([1, 2, 3])
    expect(await scene.changes()).toEqual(['freeze'])
    expect(await scene.owner()).toMatchObject({ digest: scene.bad, epoch: scene.epoch + 4 })
  })
})

async function runWhile(...moves: object[]): Promise<{ scene: BadPromotion; runId: string; state: RunState }> {
  const scene = await badPromotion(lab)
  for (const when of moves) await scene.fault({ fault: 'move-epoch', with: {}, when })
  const { runId } = await installation.start('bad-deploy', scene.route)
  return { scene, runId, state: await installation.sealed(runId) }
}

function conflicts({ entries }: RunState) {
  return entries.flatMap((entry) =>
    entry.kind === 'conflict' ? [{ step: entry.step, backTo: entry.backTo, round: entry.round }] : [],
  )
}
