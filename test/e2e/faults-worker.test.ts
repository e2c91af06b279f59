import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import { badPromotion, heldOf, release, underKeysOf } from '../support/bad-promotion.ts'
import type { BadPromotion, Held } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import { admin, openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { doorFiles, openSealed } from '../support/sealed.ts'
import type { Sealed } from '../support/sealed.ts'

let lab: Lab
let installation: Installation
let worker: ChildProcess

beforeAll(async () => {
  lab = await openLab({ trafficTailMs: 200 })
  installation = await openInstallation({ lab })
  ;[worker] = await Promise.all([installation.startWorker(), installation.startSealing()])
})

afterAll(async () => {
  worker?.kill('SIGCONT')
  await installation?.stop()
  await lab?.stop()
})

describe('a worker that is killed between its intent and its receipt', () => {
  interface UnderWay {
    readonly scene: BadPromotion
    readonly runId: string
    readonly held: Held
  }
  let beforeEffect: UnderWay
  let afterEffect: UnderWay
  let undone: UnderWay

  /** Three runs whose rollback stands still on the platform; then the worker is killed, and only then the platform goes on. */
  beforeAll(async () => {
    const standing = Promise.all([underWay('before-commit'), underWay('after-commit'), underWay('before-commit')])
    ;[beforeEffect, afterEffect, undone] = await standing
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    await release(lab, beforeEffect.held, 'go')
    await release(lab, afterEffect.held, 'abort')
    await release(lab, undone.held, 'abort')
    worker = await installation.startWorker()
  })

  test('G1: between intent and effect: the effect happens once, and the bundle says `already-done`', async () => {
    await expectDoneOnce(beforeEffect)
  })

  test('G1: between effect and receipt: the effect happens once, and the bundle says `already-done`', async () => {
    await expectDoneOnce(afterEffect)
  })

  test('G1: where the platform undid the request, its key is burnt and the effect is done once under another', async () => {
    const { scene, runId, held } = undone
    expect((await installation.sealed(runId)).outcome?.name).toBe('rolled-back')
    const committed = await underKeysOf(lab, runId, 'rollback')
    expect(committed.map(({ what, idempotency_key: key }) => [what, key])).toEqual([
      ['void', held.idempotencyKey],
      ['rollback', `${held.idempotencyKey}/1`],
    ])
    const sealed = await openSealed(installation, runId)
    expect(receipts(sealed)).toMatchObject([{ status: 'done' }])
    expectWhole(sealed)
    expect(await scene.owner()).toMatchObject({ digest: scene.good, epoch: scene.epoch + 1 })
  })

  async function underWay(at: 'before-commit' | 'after-commit'): Promise<UnderWay> {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hold', on: 'rollback', at })
    const { runId } = await installation.start('bad-deploy', scene.route)
    const held = await heldOf(lab, runId)
    const recorded = await installation.store.list(runId)
    expect(recorded).toContain('rollback@1.intent.json')
    expect(recorded).not.toContain('rollback@1.receipt.json')
    return { scene, runId, held }
  }

  async function expectDoneOnce({ scene, runId }: UnderWay): Promise<void> {
    expect((await installation.sealed(runId)).outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    expect(await scene.owner()).toMatchObject({ digest: scene.good, epoch: scene.epoch + 1 })
    const sealed = await openSealed(installation, runId)
    expect(receipts(sealed)).toMatchObject([{ status: 'already-done', attempt: 2 }])
    const entry = sealed.record.entries.find((entry) => entry.kind === 'effect' && entry.step === 'rollback')
    expect(entry).toMatchObject({ result: { status: 'already-done' } })
    expectWhole(sealed)
  }

  function receipts(sealed: Sealed) {
    return doorFiles(sealed, 'receipt').filter(({ step }) => step === 'rollback')
  }

  function expectWhole({ verification }: Sealed): void {
    expect(verification).toMatchObject({
      verdict: 'verified',
      signed: { predicate: { gaps: [], contradictions: [] } },
    })
  }
})

/** Longer than a pass may take from its first fact to its effect. */
const LONGER_THAN_A_PASS_MS = 11_000

test('G6: a worker that stands still between its facts and the effect does not act on what it read before', async () => {
  const scene = await badPromotion(lab)
  const hang = await scene.fault({ fault: 'hang', on: 'artifact', times: 1 })
  const before = await answered()
  const { runId } = await installation.start('bad-deploy', scene.route)
  // Only the door asks for the history and for the artifact; the second never comes, so that the pass has begun and waits.
  await eventually(async () => !(await scene.waits(hang)) && (await answered()) > before, 'a pass of the door')
  worker.kill('SIGSTOP')
  await scene.happen('set-health', { digest: scene.good, healthy: false })
  await pause(LONGER_THAN_A_PASS_MS)
  worker.kill('SIGCONT')
  const { outcome } = await installation.sealed(runId)
  expect(outcome).toMatchObject({ name: 'rollback-denied', denial: { rule: 'no-rebuild-as-rollback', unknown: false } })
  expect(await scene.changes()).toEqual(['freeze'])
  const receipts = doorFiles(await openSealed(installation, runId), 'receipt')
  expect(receipts.map(({ step }) => step)).toEqual(['freezePromotions'])
})

/** How often the platform has told an owner history. */
async function answered(): Promise<number> {
  const counters = await admin<{ answered: Record<string, number> }>(lab, 'GET', '/counters')
  return counters.answered['ownerHistory'] ?? 0
}
