import { describe, expect, test } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import type { RunState } from '../../schemas/run.ts'
import { badPromotion } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation

onOneStage((stage) => {
  ;({ lab, installation } = stage)
})

/** A fact that only a rule asks for, so that every request about it is the door's. */
const OF_A_RULE = 'ownerHistory'

async function runWith(fault: object): Promise<{ scene: BadPromotion; runId: string; state: RunState }> {
  const scene = await badPromotion(lab)
  await scene.fault(fault)
  const { runId } = await installation.start('bad-deploy', scene.route)
  return { scene, runId, state: await installation.sealed(runId) }
}

describe.concurrent('a fact of a rule that stays unknown for as long as it is read again', () => {
  test.each([
    ['G10', 'the platform answers 500', { fault: 'error500', on: OF_A_RULE }, /error: /],
    ['G10', 'the platform hangs', { fault: 'hang', on: OF_A_RULE }, /timeout: /],
    ['G12', 'the list comes back empty', { fault: 'empty-lists', on: OF_A_RULE, complete: true }, /empty: /],
    [
      'G12',
      'the list is empty and not whole',
      { fault: 'empty-lists', on: OF_A_RULE, complete: false },
      /incomplete: /,
    ],
    // The run has asked this before the door does, so that there is an old answer.
    ['G13', 'the answer is an old one', { fault: 'stale', on: 'artifactFit' }, /stale: /],
  ])('%s: denies the effect: %s', async (_statement, _what, fault, why) => {
    const { scene, runId, state } = await runWith(fault)
    expect(state.outcome).toMatchObject({
      name: 'rollback-denied',
      as: 'blocked',
      denial: { by: 'rule', unknown: true },
    })
    const unknowns = state.outcome?.denial?.verdicts.filter(({ says }) => says === 'unknown') ?? []
    expect(JSON.stringify(unknowns.map(({ observed }) => observed))).toMatch(why)
    expect(await scene.changes()).toEqual(['freeze'])
    expect(await scene.owner()).toMatchObject({ digest: scene.bad, epoch: scene.epoch })
    expect((await openSealed(installation, runId)).verification.verdict).toBe('verified')
  })
})

describe.concurrent('a request that fails once', () => {
  test.each([
    ['at the door', OF_A_RULE],
    ['at the admission', 'app'],
    ['when the freeze asks for the time', 'promotionFreeze'],
    ['when a step reads', 'lastPromotion'],
    ['when the freeze is made', 'freeze'],
    ['when the effect is carried out', 'rollback'],
    ['when the effect is read back', 'operations'],
  ])('does not end a run: %s', async (_where, on) => {
    const { scene, state } = await runWith({ fault: 'error500', on, times: 1 })
    expect(state.outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
  })
})
