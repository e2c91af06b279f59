import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { NAMES } from '../../schemas/run.ts'
import type { Outcome } from '../../schemas/run.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import { openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'

/** Temporal takes 2 MiB as one argument, and ends an execution whose history has 50 MiB. */
const REQUEST = 2_097_152
const NEARLY_FULL = 44_500_000

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

/** A run whose last effect stands still, with what sets it going again. */
async function runThatStandsStill() {
  const scene = await badPromotion(lab)
  await scene.fault({ fault: 'hold', on: 'rollback', at: 'before-commit' })
  const { runId } = await installation.start('bad-deploy', scene.route)
  const held = await heldOf(lab, runId)
  const handle = await findRun(installation.client, runId)
  return { runId, handle, goOn: async () => release(lab, held, 'go') }
}

/** It ends, and its bundle is verified. */
async function sealedAs(name: string, { runId, handle }: Awaited<ReturnType<typeof runThatStandsStill>>) {
  const { outcome } = (await handle.result()) as { outcome: Outcome }
  const { record, verification } = await openSealed(installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification).toMatchObject({ verdict: 'verified', signed: { predicate: { gaps: [], contradictions: [] } } })
  expect(outcome.name, JSON.stringify(outcome)).toBe(name)
  return record
}

test('a run that has more to tell at its end than one message takes is sealed, with every word of it', async () => {
  const run = await runThatStandsStill()
  const by = { user: 'somebody', host: 'test', assurance: 'self-asserted' as const }
  const reason = 'to look at ü "it" '.repeat(20_000)
  for (let time = 0; time < 4; time += 1)
    for (const update of [NAMES.pauseUpdate, NAMES.resumeUpdate])
      await run.handle.executeUpdate(update, { args: [{ by, reason }] })
  // A run that was cancelled ends where it is, with all that it has entered.
  await run.handle.cancel()
  await run.goOn()
  const record = await sealedAs('aborted', run)
  const paused = record.entries.filter(({ kind }) => kind === 'paused' || kind === 'resumed')
  expect(paused).toHaveLength(8)
  expect(JSON.stringify(paused).length).toBeGreaterThan(REQUEST)
  expect([...record.intake.keys()].filter((name) => name.startsWith('spilled-')).length).toBeGreaterThan(5)
}, 180_000)

test('a run whose history is nearly as long as Temporal allows is sealed and verified', async () => {
  const run = await runThatStandsStill()
  const noise = 'x'.repeat(1_500_000)
  for (let size = 0; size < NEARLY_FULL; size = (await run.handle.describe()).historySize ?? 0)
    await run.handle.signal('noise', noise)
  await run.goOn()
  const record = await sealedAs('rolled-back', run)
  expect(record.events.length).toBeGreaterThan(NEARLY_FULL)
}, 300_000)
