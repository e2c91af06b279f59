import { afterAll, beforeAll, expect, test } from 'vitest'
import { release } from '../support/bad-promotion.ts'
import { effectsOf, Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open()
  await paths.startProcesses()
})
afterAll(async () => paths?.close())

async function expectVerified(runId: string): Promise<void> {
  const { verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification.verdict).toBe('verified')
}

test('G1: a worker that is killed inside a loop leaves no effect out, and repeats none', async () => {
  const ground = await paths.ground(6)
  const { environment, list, apps } = ground
  const [first, second, third] = apps
  await ground.fault({ fault: 'hold', on: 'rollback', app: first, at: 'before-commit' })
  await ground.fault({ fault: 'hold', on: 'rollback', app: second, at: 'after-commit' })
  await ground.fault({ fault: 'hold', on: 'rollback', app: third, at: 'before-commit' })
  const { runId } = await paths.installation.start('sweep', { environment, list })
  const held = await paths.allHeld(runId, 3)
  await paths.endWorker('SIGKILL')
  // One arrives late, one was done and its reply is lost, one never arrives.
  const keyOf = (at: number) => held.find(({ idempotencyKey }) => idempotencyKey.includes(`/send.${at}/`))
  const verdicts = ['go', 'abort', 'abort'] as const
  for (const [at, verdict] of verdicts.entries()) {
    const one = keyOf(at)
    if (one === undefined) throw new Error(`nothing is held for item ${at}`)
    await release(paths.lab, one, verdict)
  }
  await paths.startWorker()
  const state = await paths.sealed(runId, 90_000)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
  expect((await ground.changes()).sort()).toEqual(apps.map((app) => `rollback ${app}`).sort())
  expect(
    effectsOf(state)
      .filter((effect) => effect.endsWith('already-done'))
      .sort(),
  ).toEqual(['send.0 already-done', 'send.1 already-done'])
  await expectVerified(runId)
}, 150_000)

test.each(['before-commit', 'after-commit'] as const)(
  'G24: a worker that is killed while a step is taken back (%s) takes it back once, and the run ends',
  async (at) => {
    // Without a promotion there is nothing to go back to: the second step is denied, and the first is taken back.
    const ground = await paths.ground(1, false)
    const { environment, apps } = ground
    await ground.fault({ fault: 'hold', on: 'lift-freeze', at })
    const { runId } = await paths.installation.start('move', { environment, app: apps[0] ?? '' })
    const [held] = await paths.allHeld(runId, 1)
    await paths.endWorker('SIGKILL')
    if (held !== undefined) await release(paths.lab, held, at === 'before-commit' ? 'go' : 'abort')
    await paths.startWorker()
    const state = await paths.sealed(runId, 90_000)
    expect(effectsOf(state)).toEqual(['freezeNow done', 'freezeNow-undo already-done'])
    expect(state.outcome).toMatchObject({ as: 'blocked', left: [] })
    expect(await ground.changes()).toEqual(['freeze', 'lift-freeze'])
    await expectVerified(runId)
  },
  150_000,
)

test('G1: a worker that is killed inside a called runbook finds its way back into it', async () => {
  const ground = await paths.ground()
  const { environment, apps } = ground
  await ground.fault({ fault: 'hold', on: 'rollback', at: 'after-commit' })
  const { runId } = await paths.installation.start('moved-by-call', { environment, app: apps[0] ?? '' })
  const [held] = await paths.allHeld(runId, 1)
  await paths.endWorker('SIGKILL')
  if (held !== undefined) await release(paths.lab, held, 'abort')
  await paths.startWorker()
  const state = await paths.sealed(runId, 90_000)
  expect(effectsOf(state)).toEqual(['inner.freezeNow done', 'inner.send already-done'])
  expect(state.outcome?.name).toBe('proven')
  expect(await ground.changes()).toEqual(['freeze', `rollback ${apps[0] ?? ''}`])
  await expectVerified(runId)
}, 150_000)
