import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRuns } from '../../engine/host/runs.ts'
import type { RunSummary } from '../../engine/host/runs.ts'
import { runproof } from '../cli/workplace.ts'
import { admin } from '../support/installation.ts'
import { Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths
let server: { readonly url: string; readonly token: string }

const EACH_MINUTE =
  '{ schedule: "* * * * *", from: shell.routes, map: { environment: item.environment, app: item.app }, mode: act }'

/** Beside `move`, a runbook that asks people runs for each item too. */
beforeAll(async () => {
  paths = await Paths.open({
    'choose.yaml': (text) => text.replace('triggers:', `triggers:\n  - ${EACH_MINUTE}`),
  })
  await writeRoutes(false, [])
  const { installation } = paths
  await Promise.all([installation.startWorker(), installation.startSealing()])
  server = await installation.startServer()
})
afterAll(async () => paths?.close())

interface Notice {
  readonly run: string
  readonly roles: readonly string[]
  readonly message: string
}

async function notices(): Promise<Notice[]> {
  const { items } = await admin<{ items: { body: Notice }[] }>(paths.lab, 'GET', '/webhooks')
  return items.map(({ body }) => body)
}

async function writeRoutes(complete: boolean, items: readonly object[]): Promise<void> {
  const file = join(paths.installation.folder, 'routes.json')
  await writeFile(`${file}.new`, JSON.stringify({ complete, items }))
  await rename(`${file}.new`, file)
}

/** One number of the metrics, as Prometheus gets them. */
async function metric(series: string): Promise<number | undefined> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

/** A schedule may have to wait for its next minute. */
async function soon<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const until = Date.now() + 90_000; Date.now() < until;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`waited in vain for ${what}: ${JSON.stringify(await notices())}`)
}

const allRuns = async (): Promise<RunSummary[]> => listRuns(paths.installation.client, { limit: 100 })

/** The run of a runbook for an environment, once the schedule has started it. */
async function runOf(runbook: string, environment: string): Promise<RunSummary> {
  const isIt = (one: RunSummary) => one.runbook === runbook && one.workflowId.includes(environment)
  return soon(async () => (await allRuns()).find(isIt), `a run of ${runbook}`)
}

/** What was told of a run. */
async function told(run: string, text: string): Promise<Notice> {
  const isIt = (notice: Notice) => notice.run === run && notice.message.includes(text)
  return soon(async () => (await notices()).find(isIt), `a notice of ${run} with "${text}"`)
}

test('G40: runs that a schedule has started say so, and their denial, refusal and question are told and counted', async () => {
  // A list that may be incomplete starts nothing, which the owners of its schedules are told once.
  for (const runbook of ['move', 'choose'])
    expect((await told(runbook, 'its schedule started nothing')).roles).toEqual(['mover'])
  expect(await metric('runproof_schedule_starts_total{result="failed"}')).toBeGreaterThanOrEqual(2)

  const [good, bare] = [await paths.ground(), await paths.ground(1, false)]
  const routes = [good, bare].map(({ environment, apps: [app = ''] }) => ({ environment, app }))
  const stray = { environment: good.environment, app: 'no-such-app' }
  await writeRoutes(true, [...routes, stray])
  const waiting = await runOf('choose', bare.environment)
  await writeRoutes(true, [])

  const denied = await runOf('move', bare.environment)
  const { outcome, trigger } = await paths.sealed(denied.runId)
  expect(outcome).toMatchObject({ as: 'blocked', denial: { unknown: true } })
  expect(trigger).toMatchObject({ kind: 'schedule', mode: 'act', item: routes[1] })
  expect((await told(denied.runId, 'has ended')).roles).toEqual(['mover'])
  const sealed = await openSealed(paths.installation, denied.runId)
  expect(sealed.verification).toMatchObject({
    verdict: 'verified',
    signed: { predicate: { invokedBy: expect.stringMatching(/^schedule /) as string } },
  })
  const shown = await runproof(paths.installation.folder, 'show', denied.runId)
  expect(shown.stdout).toMatch(/schedule .*\|/)
  expect(paths.installation.logged()).toContain('"actor":"schedule ')

  expect((await told(waiting.runId, 'needs an answer')).roles).toEqual(['lead'])
  expect(await metric('runproof_runs_open{phase="waiting"}')).toBeGreaterThanOrEqual(2)
  expect(await metric('runproof_runs{outcome="blocked"}')).toBeGreaterThanOrEqual(1)
  expect(await metric('runproof_schedule_starts_total{result="started"}')).toBeGreaterThanOrEqual(4)

  // One run for each item: the others did what was asked, too.
  const moved = (await allRuns()).filter(({ runbook }) => runbook === 'move')
  const ends = await Promise.all(moved.map(async ({ runId }) => (await paths.sealed(runId)).outcome?.name))
  expect(ends.sort()).toEqual(['blocked', 'moved', 'refused'])
}, 240_000)
