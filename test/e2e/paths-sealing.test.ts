import { once } from 'node:events'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import { NAMES } from '../../schemas/run.ts'
import { release } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import { Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open()
  await paths.installation.startWorker()
})
afterAll(async () => paths?.close())

/** Longer than a sealing process may say nothing. */
const LONGER_THAN_SILENCE_MS = 13_000
/** Its silence is noticed, the sealing is tried again, and done. */
const AGAIN_WITHIN_MS = 25_000

test('G27: a sealing process that is killed in the middle of a sealing is followed by the next one within seconds', async () => {
  const ground = await paths.ground()
  const first = await paths.installation.startSealing()
  await ground.fault({ fault: 'hold', on: 'rollback', at: 'before-commit' })
  const { environment, apps } = ground
  const { runId } = await paths.installation.start('move', { environment, app: apps[0] ?? '' })
  const [held] = await paths.allHeld(runId, 1)
  // Nobody ever writes into this file: whoever wants to read the runbook's text waits.
  const text = await standStill('runbooks/move.yaml')
  if (held !== undefined) await release(paths.lab, held, 'go')
  await eventually(async () => (await sealingOf(runId)).begun, 'the sealing')
  await pause(LONGER_THAN_SILENCE_MS)
  expect(await sealingOf(runId), 'a sealing that takes long is left to end').toEqual({ begun: true, attempt: 1 })
  first.kill('SIGKILL')
  await once(first, 'exit')
  await text.again()
  const killedAt = Date.now()
  await paths.installation.startSealing()
  const state = await paths.sealed(runId)
  expect(Date.now() - killedAt).toBeLessThan(AGAIN_WITHIN_MS)
  expect(state.outcome?.name).toBe('moved')
  const { verification } = await openSealed(paths.installation, runId)
  expect(verification).toMatchObject({ verdict: 'verified', signed: { predicate: { gaps: [], contradictions: [] } } })
}, 120_000)

async function standStill(file: string): Promise<{ again(): Promise<void> }> {
  const path = join(paths.installation.folder, file)
  const text = await readFile(path)
  await rm(path)
  await execa('mkfifo', [path])
  return {
    again: async () => {
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    },
  }
}

/** Whether a process has the sealing of a run in hand, as Temporal knows it. */
async function sealingOf(runId: string): Promise<{ begun: boolean; attempt: number }> {
  const { raw } = await (await findRun(paths.installation.client, runId)).describe()
  const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === NAMES.seal)
  return { begun: Number(pending?.state) === STARTED, attempt: pending?.attempt ?? 0 }
}

/** Temporal's number for it. */
const STARTED = 2
