import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listRuns } from '../../engine/host/runs.ts'
import { doorFiles, openSealed } from '../support/sealed.ts'
import { alert, effectsOf, Paths } from '../support/paths.ts'
import type { Ground } from '../support/paths.ts'
import { heldOf, release } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'

let paths: Paths
let webhook: { readonly url: string; readonly token: string }
let closed: Ground[]
let closedAtOnce: Ground[]

const AT_ONCE = 20

beforeAll(async () => {
  paths = await Paths.open()
  closed = [await paths.ground(), await paths.ground(), await paths.ground(), await paths.ground()]
  closedAtOnce = await Promise.all(Array.from({ length: AT_ONCE }, async () => paths.ground()))
  await closeWindow([...closed, ...closedAtOnce].map(({ environment }) => environment))
  const { installation } = paths
  const started = [installation.startWorker(), installation.startSealing(), installation.startServer()] as const
  webhook = (await Promise.all(started))[2]
})
afterAll(async () => paths?.close())

/** The calendar is part of the catalogue: processes that start after this see it. */
async function closeWindow(environments: readonly string[]): Promise<void> {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  const window = `{ from: ${at(-3_600_000)}, to: ${at(3_600_000)}, environments: [${environments.join(', ')}], reason: holidays }`
  await paths.installation.edit('runbooks/calendar.yaml', (text) => text.replace('closed: []', `closed: [${window}]`))
}

const routeOf = ({ environment, apps: [app = ''] }: Ground) => ({ environment, app })
const labelsOf = (ground: Ground, alertname: string) => ({ alertname, ...routeOf(ground) })

/** How a run of each kind is begun; a schedule begins it at the next minute. */
const BEGIN = {
  'started by a person': async (ground: Ground) => (await paths.installation.start('move', routeOf(ground))).runId,
  'started by an alert': async (ground: Ground) => alert(webhook, labelsOf(ground, 'Move')),
  'started by a schedule': async (ground: Ground) => scheduled(ground),
  'that calls a runbook': async (ground: Ground) =>
    (await paths.installation.start('moved-by-call', routeOf(ground))).runId,
} as const

async function scheduled(ground: Ground): Promise<string> {
  const schedule = await paths.schedule(routeOf(ground))
  const { client } = paths.installation
  const end = Date.now() + 90_000
  for (;;) {
    const run = (await listRuns(client, { limit: 100 })).find(({ workflowId }) =>
      workflowId.includes(ground.environment),
    )
    if (run === undefined && Date.now() > end) throw new Error('the schedule started nothing')
    if (run === undefined) await new Promise((resolve) => setTimeout(resolve, 250))
    else return schedule.off().then(() => run.runId)
  }
}

describe('G2: a run', () => {
  test.concurrent.each(Object.entries(BEGIN))(
    '%s has no further effect, undo included, once an emergency stop is laid while one is under way',
    async (_how, begin) => {
      const ground = await paths.ground()
      await ground.fault({ fault: 'hold', on: 'freeze', at: 'after-commit' })
      const runId = await begin(ground)
      const held = await heldOf(paths.lab, runId)
      const id = await paths.stop({ environment: ground.environment })
      await release(paths.lab, held, 'go')
      const state = await paths.sealed(runId)
      const inner = state.runbook === 'move' ? '' : 'inner.'
      expect(effectsOf(state)).toEqual([
        `${inner}freezeNow done`,
        `${inner}send denied`,
        `${inner}freezeNow-undo denied`,
      ])
      expect(state.outcome).toMatchObject({ as: 'failed-unsafe', denial: { by: 'stop-switch' } })
      expect(state.outcome?.denial?.next).toBe(`runproof release ${id} --reason "…"`)
      expect(state.outcome?.left).toMatchObject([
        { step: `${inner}freezeNow`, lift: expect.stringContaining('promotion-freeze') as string },
      ])
      expect(await ground.changes()).toEqual(['freeze'])
      expect((await openSealed(paths.installation, runId)).verification.verdict).toBe('verified')
    },
    150_000,
  )

  test.concurrent.each(Object.entries(BEGIN))(
    '%s begins no change outside the change window, while its protective effect and its undo go on',
    async (how, begin) => {
      const ground = closed[Object.keys(BEGIN).indexOf(how)]
      if (ground === undefined) throw new Error('no window is closed for this run')
      const runId = await begin(ground)
      const state = await paths.sealed(runId)
      const inner = state.runbook === 'move' ? '' : 'inner.'
      expect(effectsOf(state)).toEqual([`${inner}freezeNow done`, `${inner}send denied`, `${inner}freezeNow-undo done`])
      expect(state.outcome).toMatchObject({ denial: { by: 'change-window' } })
      expect(await ground.changes()).toEqual(['freeze', 'lift-freeze'])
      expect((await openSealed(paths.installation, runId)).verification.verdict).toBe('verified')
    },
    150_000,
  )
})

test(`G2: of ${AT_ONCE} runs under way at once, none has an effect after an emergency stop`, async () => {
  const ground = await paths.ground(AT_ONCE)
  const { environment, apps } = ground
  const runs = await Promise.all(apps.map((app) => paths.installation.start('move', { environment, app })))
  await eventually(async () => (await ground.changes()).length >= 5, 'the first effects')
  const stop = await paths.stop({})
  const stoppedAt = Date.now()
  const before = (await ground.changes()).length
  const states = await Promise.all(runs.map(({ runId }) => paths.sealed(runId, 90_000)))
  await paths.switches.release(stop, { reason: 'it is over', by: 'test' })
  expect(before).toBeLessThan(2 * AT_ONCE)
  expect(states.some(({ outcome }) => outcome?.denial?.by === 'stop-switch')).toBe(true)
  const late: string[] = []
  for (const { runId } of runs) {
    const sealed = await openSealed(paths.installation, runId)
    expect(sealed.verification.verdict).toBe('verified')
    const receipts = doorFiles(sealed, 'receipt')
    for (const { activity, at, attempt } of doorFiles(sealed, 'intent')) {
      const done = receipts.some((receipt) => receipt.activity === activity && receipt.attempt === attempt)
      if (Date.parse(at) > stoppedAt && done) late.push(`${runId} ${activity} ${at}`)
    }
  }
  expect(late).toEqual([])
}, 150_000)

test(`G2: of ${AT_ONCE} runs under way at once, none begins a change outside the change window`, async () => {
  const start = async (ground: Ground) => paths.installation.start('move', routeOf(ground))
  const runs = await Promise.all(closedAtOnce.map(start))
  const states = await Promise.all(runs.map(async ({ runId }) => paths.sealed(runId, 120_000)))
  const told = states.map((state) => [...effectsOf(state), state.outcome?.denial?.by])
  const expected = ['freezeNow done', 'send denied', 'freezeNow-undo done', 'change-window']
  expect(told).toEqual(runs.map(() => expected))
  const changes = await Promise.all(closedAtOnce.map(async (ground) => ground.changes()))
  expect(changes).toEqual(runs.map(() => ['freeze', 'lift-freeze']))
}, 150_000)
