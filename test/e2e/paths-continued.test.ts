import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import { NAMES } from '../../schemas/run.ts'
import { runproof } from '../cli/workplace.ts'
import { heldOf, release } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import { alert, effectsOf, Paths } from '../support/paths.ts'
import type { Ground } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths
let worker: ChildProcess
let webhook: { readonly url: string; readonly token: string }

beforeAll(async () => {
  paths = await Paths.open({ 'policy.yaml': (text) => text.replace('{ is: 1500,', '{ is: 60,') })
  const { installation } = paths
  const processes = [installation.startWorker(), installation.startSealing(), installation.startServer()] as const
  ;[worker, , webhook] = await Promise.all(processes)
})
afterAll(async () => paths?.close())

const start = async (runbook: string, { environment, list }: Ground) =>
  (await paths.installation.start(runbook, { environment, list })).runId

/** The run as its bundle tells it, which is verified, and the executions that it went through. */
async function ended(runId: string) {
  const state = await paths.sealed(runId, 90_000)
  const { record, verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification.verdict).toBe('verified')
  return { state, record, executions: await paths.executions(runId) }
}

describe('a run that goes on in other executions', () => {
  test('has each effect of a loop once', async () => {
    const ground = await paths.ground(12)
    const { record, state, executions } = await ended(await start('sweep', ground))
    expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
    expect(executions).toBeGreaterThan(1)
    expect(effectsOf(record).sort()).toEqual(ground.apps.map((_app, at) => `send.${at} done`).sort())
    expect((await ground.changes()).sort()).toEqual(ground.apps.map((app) => `rollback ${app}`).sort())
  })

  test('G24: takes back what earlier executions have done, last first', async () => {
    const ground = await paths.ground(12)
    await paths.writeList(ground.list, [...ground.apps, 'no-such-app'])
    const { record, state, executions } = await ended(await start('sweep-in-turn', ground))
    expect(state.outcome, JSON.stringify(state.outcome)).toMatchObject({ as: 'blocked', left: [] })
    expect(executions).toBeGreaterThan(1)
    const inOrder = ground.apps.map((_app, at) => `send.${at}`)
    expect(effectsOf(record)).toEqual([
      ...inOrder.map((instance) => `${instance} done`),
      ...inOrder.toReversed().map((instance) => `${instance}-undo done`),
    ])
    const routes = ground.apps.map((app) => `rollback ${app}`)
    expect(await ground.changes()).toEqual([...routes, ...routes.toReversed()])
  })

  test('is in the middle of a called runbook, and its worker is killed there', async () => {
    const ground = await paths.ground(6)
    const last = ground.apps.at(-1)
    await ground.fault({ fault: 'hold', on: 'rollback', app: last, at: 'after-commit' })
    const runId = await start('moves', ground)
    const held = await heldOf(paths.lab, runId)
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    await release(paths.lab, held, 'abort')
    worker = await paths.installation.startWorker()
    const { record, state, executions } = await ended(runId)
    expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('all-moved')
    expect(executions).toBeGreaterThan(1)
    expect(effectsOf(record)).toEqual(
      ground.apps.flatMap((app, at) => [
        `each.${at}.freezeNow done`,
        `each.${at}.send ${app === last ? 'already-done' : 'done'}`,
      ]),
    )
  }, 120_000)

  test('is cancelled, and takes back what its callees have done', async () => {
    const ground = await paths.ground(6)
    await ground.fault({ fault: 'hold', on: 'rollback', app: ground.apps[3], at: 'after-commit' })
    const runId = await start('moves', ground)
    const held = await heldOf(paths.lab, runId)
    const cancelled = await runproof(paths.installation.folder, 'cancel', runId)
    expect(cancelled, JSON.stringify(cancelled)).toMatchObject({ exitCode: 0 })
    await release(paths.lab, held, 'go')
    const { record, state } = await ended(runId)
    expect(state.outcome, JSON.stringify(state.outcome)).toMatchObject({ as: 'aborted' })
    expect(effectsOf(record).filter((effect) => effect.includes('undo'))).toEqual(
      [3, 2, 1, 0].map((at) => `each.${at}.freezeNow-undo done`),
    )
  }, 120_000)
})

test('G39: an agreement to what was proposed holds in later executions', async () => {
  const ground = await paths.ground(6)
  const { environment, list, apps } = ground
  const runId = await alert(webhook, { alertname: 'MovesWanted', environment, list })
  await paths.installation.until(runId, ({ questions = [] }) => questions.length > 0)
  const approved = await runproof(paths.installation.folder, 'approve', runId)
  expect(approved, JSON.stringify(approved)).toMatchObject({ exitCode: 0 })
  const { state, executions } = await ended(runId)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('all-moved')
  expect(executions).toBeGreaterThan(1)
  expect((await ground.changes()).filter((change) => change !== 'freeze')).toEqual(apps.map((app) => `rollback ${app}`))
})

test('G26: a question stays open while the items beside it move from execution to execution', async () => {
  const ground = await paths.ground(12)
  const { environment, list, apps } = ground
  const [careful = '', ...others] = apps
  const runId = await alert(webhook, { alertname: 'SweepWanted', environment, list, careful })
  const { questions: [asked] = [] } = await paths.installation.until(
    runId,
    ({ questions = [] }) => questions.length > 0,
  )
  const rolledBack = others.map((app) => `rollback ${app}`).sort()
  await eventually(async () => (await ground.changes()).length === others.length, 'the others are done')
  expect((await ground.changes()).sort()).toEqual(rolledBack)
  const moved = await paths.executions(runId)
  expect(moved).toBeGreaterThan(1)
  const { questions: [still] = [] } = await paths.installation.until(
    runId,
    ({ questions = [] }) => questions.length > 0,
  )
  expect(still).toEqual(asked)
  const approved = await runproof(paths.installation.folder, 'approve', runId)
  expect(approved, JSON.stringify(approved)).toMatchObject({ exitCode: 0 })
  const { record, state } = await ended(runId)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
  expect(record.entries.filter(({ kind }) => kind === 'asked')).toHaveLength(1)
  expect(record.entries.filter((entry) => entry.kind === 'vote' && entry.counted)).toHaveLength(1)
  expect((await ground.changes()).sort()).toEqual(apps.map((app) => `rollback ${app}`).sort())
}, 120_000)

test('G37: whoever starts the same again, while a run moves from execution to execution, meets it', async () => {
  const ground = await paths.ground(12)
  await ground.fault({ fault: 'hold', on: 'rollback', app: ground.apps.at(-1), at: 'before-commit' })
  const runId = await start('sweep-in-turn', ground)
  const met = new Set<string>()
  while ((await paths.held(runId)).length === 0) met.add(await start('sweep-in-turn', ground))
  for (let more = 0; more < 3; more += 1) met.add(await start('sweep-in-turn', ground))
  expect([...met]).toEqual([runId])
  for (const held of await paths.allHeld(runId, 1)) await release(paths.lab, held, 'go')
  const { state, executions, record } = await ended(runId)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
  expect(executions).toBeGreaterThan(1)
  expect(record.entries.some(({ kind }) => kind === 'trigger')).toBe(true)
})

test('a run is paused and resumed again and again while it moves from execution to execution', async () => {
  const ground = await paths.ground(16)
  await ground.fault({ fault: 'hold', on: 'rollback', app: ground.apps.at(-1), at: 'before-commit' })
  const runId = await start('sweep-in-turn', ground)
  const { client } = paths.installation
  const request = { by: { user: 'ada', host: 'test', assurance: 'self-asserted' as const }, reason: 'a look' }
  let pauses = 0
  for (; (await paths.held(runId)).length === 0; pauses += 1)
    for (const update of [NAMES.pauseUpdate, NAMES.resumeUpdate])
      await (await findRun(client, runId)).executeUpdate(update, { args: [request] })
  for (const held of await paths.allHeld(runId, 1)) await release(paths.lab, held, 'go')
  const { state, record, executions } = await ended(runId)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
  expect(executions).toBeGreaterThan(1)
  expect(record.entries.filter(({ kind }) => kind === 'paused')).toHaveLength(pauses)
  expect(await ground.changes()).toEqual(ground.apps.map((app) => `rollback ${app}`))
})

test('thousands of decisions in a row, which need no activity, are no deadlock', async () => {
  const ground = await paths.ground()
  await paths.writeList(
    ground.list,
    Array.from({ length: 2_500 }, (_, at) => `app-${at}`),
  )
  const { state } = await ended(await start('decides', ground))
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('looked')
}, 120_000)
