import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import type { Outcome } from '../../schemas/run.ts'
import { effectsOf, Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open({ 'move-on-much.yaml': withManyLists })
  await paths.startProcesses()
})
afterAll(async () => paths?.close())

/** What one command says is 64 kB at most: so many readings, of so many items, are more than one request takes. */
const LISTS = 34
const ITEMS = 2_900
/** What gRPC takes in one message by itself. */
const MESSAGE = 4_194_304

/** The runbook reads its list once, and here many times. */
function withManyLists(text: string): string {
  const names = Array.from({ length: LISTS }, (_, at) => `list${at}`)
  const repeated = (part: string, by: string) => names.map((name) => part.replaceAll('list0', name)).join(by)
  const [fact = ''] = /^ {2}list0: .*\n/m.exec(text) ?? []
  const condition = 'list0.items.size() > 0'
  return text
    .replace(fact, repeated(fact, ''))
    .replace(', list0]', `, ${names.join(', ')}]`)
    .replace(condition, repeated(condition, ' && '))
}

test('a run whose readings are more than one message takes has its effect, and is sealed and verified', async () => {
  const ground = await paths.ground()
  const { environment, apps, list } = ground
  const [app = ''] = apps
  const others = Array.from({ length: ITEMS }, (_, at) => `app-${String(at).padStart(8, '0')}`)
  await paths.writeList(list, [app, ...others])
  const { runId } = await paths.installation.start('move-on-much', { environment, app, list })
  const handle = await findRun(paths.installation.client, runId)
  const { outcome } = (await handle.result()) as { outcome: Outcome }
  expect(outcome.name, JSON.stringify(outcome)).toBe('moved')
  expect(await ground.changes()).toEqual([`rollback ${app}`])
  // All of it is one page: a page has up to 256 events.
  const { historyLength, historySize = 0 } = await handle.describe()
  expect(historyLength).toBeLessThan(256)
  expect(historySize).toBeGreaterThan(MESSAGE)
  const { record, verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification).toMatchObject({ verdict: 'verified', signed: { predicate: { gaps: [], contradictions: [] } } })
  expect(effectsOf(record)).toEqual(['send done'])
  expect([...record.intake.keys()].filter((name) => name.startsWith('spilled-')).length).toBeGreaterThan(5)
}, 150_000)
