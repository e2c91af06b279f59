import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import { eventually } from '../support/eventually.ts'
import { effectsOf, Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open()
  await paths.startProcesses()
})
afterAll(async () => paths?.close())

/** The commands of a run, with all that they have started: they carry its idempotency key. */
async function commandsOf(runId: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const variables = await Promise.all(
    names.map(async (name) => readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')),
  )
  const key = `RUNPROOF_IDEMPOTENCY_KEY=${runId}/`
  return names.filter((_name, at) => variables[at]?.split('\0').some((one) => one.startsWith(key))).map(Number)
}

async function tend(): Promise<string> {
  const { runId } = await paths.installation.start('tend', { host: `host-${randomBytes(4).toString('hex')}` })
  await eventually(async () => (await commandsOf(runId)).length === 3, 'a command and what it has started')
  return runId
}

test('G31: a run that is cancelled ends the command that is under way with all that it started, and nobody says that it was done', async () => {
  const runId = await tend()
  await (await findRun(paths.installation.client, runId)).cancel()
  await eventually(async () => (await commandsOf(runId)).length === 0, 'an end of the command')
  const state = await paths.sealed(runId, 120_000)
  expect(effectsOf(state)).toEqual(['work effect-unknown'])
  expect(state.outcome).toMatchObject({ as: 'failed-unsafe' })
  const { verification } = await openSealed(paths.installation, runId)
  expect(verification.verdict).toBe('verified')
}, 180_000)

test('G1: a worker that ends takes its command with it, and the command is not begun again', async () => {
  const runId = await tend()
  await paths.endWorker('SIGTERM')
  expect(await commandsOf(runId)).toEqual([])
  await paths.startWorker()
  const state = await paths.sealed(runId, 120_000)
  expect(effectsOf(state)).toEqual(['work effect-unknown'])
  expect(await commandsOf(runId)).toEqual([])
}, 180_000)
