import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runproof } from '../cli/workplace.ts'
import { heldOf, release } from '../support/bad-promotion.ts'
import { alert, effectsOf, Paths } from '../support/paths.ts'
import type { Ground } from '../support/paths.ts'
import { openSealed, sealingKeyPath } from '../support/sealed.ts'

let paths: Paths
let webhook: { readonly url: string; readonly token: string }

beforeAll(async () => {
  paths = await Paths.open()
  const { installation } = paths
  const started = [installation.startWorker(), installation.startSealing(), installation.startServer()] as const
  webhook = (await Promise.all(started))[2]
})
afterAll(async () => paths?.close())

const routeOf = ({ environment, apps: [app = ''] }: Ground) => ({ environment, app })
const labelsOf = (ground: Ground, alertname: string) => ({ alertname, ...routeOf(ground) })
const start = async (runbook: string, inputs: Record<string, string>) =>
  (await paths.installation.start(runbook, inputs)).runId
const sweep = async (runbook: string, { environment, list }: Ground) => start(runbook, { environment, list })

async function expectVerified(runId: string): Promise<void> {
  const { verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification.verdict).toBe('verified')
}

describe('a loop over effects', () => {
  test('has each of them once, several under way at once, and its bundle is verified', async () => {
    const ground = await paths.ground(6)
    await ground.fault({ fault: 'hold', on: 'rollback', at: 'before-commit', times: 3 })
    const runId = await sweep('sweep', ground)
    for (const held of await paths.allHeld(runId, 3)) await release(paths.lab, held, 'go')
    const state = await paths.sealed(runId)
    expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('swept')
    expect((await ground.changes()).sort()).toEqual(ground.apps.map((app) => `rollback ${app}`).sort())
    expect(effectsOf(state).sort()).toEqual(ground.apps.map((_app, at) => `send.${at} done`).sort())
    await expectVerified(runId)
    const verified = await runproof(
      paths.installation.folder,
      'evidence',
      'verify',
      runId,
      '--key',
      sealingKeyPath(paths.installation),
    )
    expect(verified, JSON.stringify(verified)).toMatchObject({ exitCode: 0 })
  })

  test('stops at the first item that fails, and what was done is taken back, last first', async () => {
    const ground = await paths.ground(4)
    const [first, second, third = ''] = ground.apps
    // Nothing was ever there to go back to: its previous owner is unknown.
    await paths.writeList(ground.list, [first ?? '', second ?? '', 'no-such-app', third])
    const runId = await sweep('sweep-in-turn', ground)
    const state = await paths.sealed(runId)
    expect(state.outcome).toMatchObject({ name: 'blocked', as: 'blocked' })
    expect(effectsOf(state)).toEqual(['send.0 done', 'send.1 done', 'send.1-undo done', 'send.0-undo done'])
    expect(await ground.changes()).toEqual([first, second, second, first].map((app) => `rollback ${app ?? ''}`))
    expect(state.steps.some(({ id }) => id.endsWith('.3'))).toBe(false)
    await expectVerified(runId)
  })
})

test('a call gets inputs, and its outputs are judged by the caller', async () => {
  const ground = await paths.ground()
  const runId = await start('moved-by-call', routeOf(ground))
  const state = await paths.sealed(runId)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('proven')
  expect(effectsOf(state)).toEqual(['inner.freezeNow done', 'inner.send done'])
  expect(await ground.changes()).toEqual(['freeze', `rollback ${ground.apps[0] ?? ''}`])
  await expectVerified(runId)
})

test('G22: an option whose effects a rule forbids is not offered, and cannot be chosen', async () => {
  const ground = await paths.ground()
  const frozen = await start('move', routeOf(ground))
  expect((await paths.sealed(frozen)).outcome?.name).toBe('moved')
  const runId = await alert(webhook, labelsOf(ground, 'Choice'))
  const { questions = [] } = await paths.installation.until(runId, ({ questions }) => (questions ?? []).length > 0)
  expect(questions[0]?.choices).toEqual([{ name: 'leave', effects: [] }])
  const { folder } = paths.installation
  const forbidden = await runproof(folder, 'answer', runId, 'restart')
  expect(forbidden.exitCode, JSON.stringify(forbidden)).not.toBe(0)
  const allowed = await runproof(folder, 'answer', runId, 'leave')
  expect(allowed, JSON.stringify(allowed)).toMatchObject({ exitCode: 0 })
  expect((await paths.sealed(runId)).outcome?.name).toBe('left')
  await expectVerified(runId)
})

test('a run that is paused finishes what is in hand, begins nothing more, and goes on when it is resumed', async () => {
  const ground = await paths.ground()
  await ground.fault({ fault: 'hold', on: 'freeze', at: 'after-commit' })
  const runId = await start('move', routeOf(ground))
  const held = await heldOf(paths.lab, runId)
  const { folder } = paths.installation
  const paused = await runproof(folder, 'pause', runId, '--reason', 'a look at it')
  expect(paused, JSON.stringify(paused)).toMatchObject({ exitCode: 0 })
  await release(paths.lab, held, 'go')
  const ended = await paths.installation.until(runId, (state) => effectsOf(state).length === 1)
  expect(ended.phase).toBe('paused')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await ground.changes()).toEqual(['freeze'])
  expect((await runproof(folder, 'pause', runId, '--reason', 'again')).stderr).toContain('paused already')
  const resumed = await runproof(folder, 'resume', runId, '--reason', 'it is fine')
  expect(resumed, JSON.stringify(resumed)).toMatchObject({ exitCode: 0 })
  const state = await paths.sealed(runId)
  expect(state.outcome?.name).toBe('moved')
  expect(state.entries.map(({ kind }) => kind).filter((kind) => ['paused', 'resumed'].includes(kind))).toEqual([
    'paused',
    'resumed',
  ])
  await expectVerified(runId)
})

describe('G39: a run that an alert has started', () => {
  test('changes nothing where it only observes, and leaves a signed packet that says what it would have done', async () => {
    const ground = await paths.ground()
    const runId = await alert(webhook, labelsOf(ground, 'MoveSeen'))
    const state = await paths.sealed(runId)
    expect(state.outcome).toMatchObject({ denial: { by: 'mode' } })
    expect(effectsOf(state)).toEqual(['freezeNow denied'])
    expect(await ground.changes()).toEqual([])
    await expectVerified(runId)
  })

  test('waits for its owner where it proposes, and then acts', async () => {
    const ground = await paths.ground()
    const runId = await alert(webhook, labelsOf(ground, 'MoveWanted'))
    const { questions = [] } = await paths.installation.until(runId, ({ questions }) => (questions ?? []).length > 0)
    expect(questions[0]).toMatchObject({ kind: 'propose', step: 'freezeNow', who: ['mover'] })
    expect(await ground.changes()).toEqual([])
    const approved = await runproof(paths.installation.folder, 'approve', runId)
    expect(approved, JSON.stringify(approved)).toMatchObject({ exitCode: 0 })
    expect((await paths.sealed(runId)).outcome?.name).toBe('moved')
    expect(await ground.changes()).toEqual(['freeze', `rollback ${ground.apps[0] ?? ''}`])
    await expectVerified(runId)
  })
})
