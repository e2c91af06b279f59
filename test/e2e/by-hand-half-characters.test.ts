import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { NAMES } from '../../schemas/run.ts'
import type { AttestedFact, EffectResult, SignedVote } from '../../schemas/run.ts'
import { badPromotion } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import { completeByHand } from '../support/by-hand.ts'
import { openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'

/** JSON carries it, and there is no text in UTF-8 that holds it. */
const HALF = 'half a character: \ud83d'
const MENDED = 'half a character: \ufffd'

let lab: Lab
let installation: Installation

beforeAll(async () => {
  lab = await openLab({ trafficTailMs: 200 })
  installation = await openInstallation({ lab })
  await Promise.all([installation.startWorker(), installation.startSealing()])
})

afterAll(async () => {
  await installation?.stop()
  await lab?.stop()
})

const complete = async (runId: string, activityId: string, result: unknown) =>
  completeByHand(installation, { runId, activityId }, result)

async function start(scene: BadPromotion): Promise<string> {
  return (await installation.start('bad-deploy', scene.route)).runId
}

/** The run ends, and its bundle says what was taken; `amiss` is what a verifier finds in it. */
async function bundleOf(runId: string, amiss: readonly string[] = []): Promise<string> {
  await installation.sealed(runId)
  const { record, verification } = await openSealed(installation, runId)
  expect(verification.checks.flatMap(({ ok, text }) => (ok ? [] : [text]))).toEqual(amiss)
  return JSON.stringify(record.entries)
}

describe.concurrent('G27: a run gets its bundle, though somebody has answered by hand with half a character', () => {
  test('for an effect', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hang', on: 'freeze' })
    const runId = await start(scene)
    const output = { note: HALF, [HALF]: [HALF] }
    const forged: EffectResult = { status: 'done', output, effects: [], lift: HALF, evidence: {} }
    await complete(runId, 'freezePromotions', forged)
    await installation.until(runId, ({ entries }) => entries.some(({ kind }) => kind === 'effect'))
    await (await findRun(installation.client, runId)).cancel()
    const told = await bundleOf(runId, ['effect freezePromotions ended otherwise in the history'])
    expect(told).toContain(JSON.stringify({ [MENDED]: [MENDED], note: MENDED }))
  })

  test('for an effect that failed', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hang', on: 'freeze' })
    const runId = await start(scene)
    await complete(runId, 'freezePromotions', { status: 'failed', message: HALF, evidence: {} } satisfies EffectResult)
    expect(await bundleOf(runId)).toContain(MENDED)
  })

  test('for a reading', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hang', on: 'bindings' })
    const runId = await start(scene)
    const forged: AttestedFact = {
      record: {
        ...{ fact: 'bindings', action: 'platform.bindings', input: scene.route, authority: 'authoritative' },
        ...{ roundTrip: true, source: HALF, readAt: new Date().toISOString() },
        unknown: { reason: 'error', detail: HALF },
      },
      ...{ activity: 'truth.bindings', keyid: '', signature: '' },
    }
    await complete(runId, 'truth.bindings', forged)
    expect(await bundleOf(runId)).toContain(MENDED)
  })
})

test('a reason to pause and an alert that is resolved are not taken with half a character', async () => {
  const scene = await badPromotion(lab)
  await scene.fault({ fault: 'hang', on: 'freeze' })
  const runId = await start(scene)
  const handle = await findRun(installation.client, runId)
  const by = { user: 'somebody', host: 'test', assurance: 'self-asserted' as const }
  const refused = { cause: { message: 'this message holds half a character, which no record can' } }
  await expect(handle.executeUpdate(NAMES.pauseUpdate, { args: [{ by, reason: HALF }] })).rejects.toMatchObject(refused)
  await expect(handle.executeUpdate(NAMES.resolvedUpdate, { args: [{ occurrence: HALF }] })).rejects.toMatchObject(
    refused,
  )
  await complete(runId, 'freezePromotions', { status: 'failed', message: 'no', evidence: {} } satisfies EffectResult)
  expect(await bundleOf(runId)).not.toContain('half')
})

test('G26: nor is a vote, and the run gets its bundle', async () => {
  const scene = await badPromotion(lab)
  await installation.sealed(await start(scene))
  const inputs = { environment: scene.route.environment, reason: 'the cause is known' }
  const { runId } = await installation.start('lift-promotion-freeze', inputs)
  const { waiting, planDigest } = await installation.until(runId, (state) => state.waiting !== undefined)
  const vote: SignedVote['vote'] = {
    ...{ type: 'runproof.vote.v1', runId, step: 'agreed', planDigest, factsDigest: waiting?.factsDigest ?? '' },
    ...{ decision: 'approve', role: 'release-owner', reason: HALF, nonce: 'once', votedAt: new Date().toISOString() },
    by: { user: userInfo().username, host: 'test', assurance: 'self-asserted' },
  }
  const handle = await findRun(installation.client, runId)
  const args: [SignedVote] = [{ vote, keyid: '', signature: '' }]
  const refused = { cause: { message: 'this message holds half a character, which no record can' } }
  await expect(handle.executeUpdate(NAMES.voteUpdate, { args })).rejects.toMatchObject(refused)
  await handle.cancel()
  expect(await bundleOf(runId)).not.toContain('half')
})
