import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { release } from '../support/bad-promotion.ts'
import { eventually } from '../support/eventually.ts'
import { effectsOf, Paths } from '../support/paths.ts'
import type { Ground } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

/** Whoever looks while nobody has frozen would freeze: two runs on two apps of one environment both do, unless they exclude each other. */
const FROZEN_ONCE = `
  - id: frozen-once
    text: Do not freeze an environment that somebody else has frozen.
    source: tests of paths
    facts:
      freeze: platform.promotionFreeze
    checks:
      - guards: [promotion.freeze]
        hold: [target.environment]
        require:
          - freeze.active == false
    overridable: never
    next: let whoever has frozen it finish
`

let paths: Paths
let worker: ChildProcess

beforeAll(async () => {
  paths = await Paths.open({ 'rules/paths.yaml': (text) => `${text}${FROZEN_ONCE}` })
  ;[worker] = await Promise.all([paths.installation.startWorker(), paths.installation.startSealing()])
})
afterAll(async () => paths?.close())

const move = async ({ environment }: Ground, app: string) =>
  (await paths.installation.start('move', { environment, app })).runId

/** Two runs in one environment: the effect of the first stands still on the platform, while the second waits for its turn. */
async function underWay(): Promise<{ ground: Ground; left: string; right: string; go: () => Promise<void> }> {
  const ground = await paths.ground(2)
  const [one = '', other = ''] = ground.apps
  await ground.fault({ fault: 'hold', on: 'freeze', at: 'before-commit' })
  const left = await move(ground, one)
  const [held] = await paths.allHeld(left, 1)
  const right = await move(ground, other)
  await eventually(async () => isAtDoor(right), 'the second run at the door')
  expect(await paths.leaseholders()).toEqual([left])
  return { ground, left, right, go: async () => held && release(paths.lab, held, 'go') }
}

async function isAtDoor(runId: string): Promise<boolean> {
  const { steps } = await paths.installation.state(runId)
  return steps.some(({ id, status }) => id === 'freezeNow' && status === 'running')
}

async function expectExcluded({ ground, left, right }: { ground: Ground; left: string; right: string }): Promise<void> {
  const [first, second] = [await paths.sealed(left), await paths.sealed(right)]
  expect(first.outcome?.name, JSON.stringify(first.outcome)).toBe('moved')
  expect(effectsOf(second)).toEqual(['freezeNow denied'])
  expect(second.outcome?.denial).toMatchObject({ by: 'rule', rule: 'frozen-once', unknown: false })
  expect(await ground.changes()).toEqual(['freeze', `rollback ${ground.apps[0] ?? ''}`])
  for (const runId of [left, right])
    expect((await openSealed(paths.installation, runId)).verification.verdict).toBe('verified')
}

test('G3: two runs of different keys that would together break a rule exclude each other', async () => {
  const pair = await underWay()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(await pair.ground.changes()).toEqual([])
  await pair.go()
  await expectExcluded(pair)
})

test('G3: a lease outlives the worker that has taken it: its run goes on with it, and the other one waits', async () => {
  const pair = await underWay()
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  expect(await paths.leaseholders()).toEqual([pair.left])
  worker = await paths.installation.startWorker()
  await pair.go()
  await expectExcluded(pair)
}, 120_000)

test('G3: a run that is terminated while it holds a lease blocks nobody for long', async () => {
  const pair = await underWay()
  const { client } = paths.installation
  for await (const { workflowId } of client.workflow.list({ query: `RunproofRun = "${pair.left}"` }))
    await client.workflow.getHandle(workflowId).terminate('somebody ended it by hand')
  await pair.go()
  await eventually(async () => !(await paths.leaseholders()).includes(pair.left), 'the lease to be given back')
  const second = await paths.sealed(pair.right, 60_000)
  // The request that was under way has arrived after all: so the second one may not follow.
  expect(second.outcome?.denial).toMatchObject({ rule: 'frozen-once' })
}, 150_000)

test('G3: at the end of all runs no lease is left', async () => {
  await eventually(async () => (await paths.leaseholders()).length === 0, 'all leases to be given back')
})
