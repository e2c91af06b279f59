import { afterAll, beforeAll, expect, test } from 'vitest'
import { effectsOf, Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

const APPS = 24

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open({ 'policy.yaml': (text) => text.replace('{ is: 1500,', '{ is: 60,') })
  await Promise.all([paths.installation.startWorker(), paths.installation.startSealing()])
})
afterAll(async () => paths?.close())

test('G24: what is taken back in many executions goes through the door, last first, and is sealed and verified', async () => {
  const ground = await paths.ground(APPS)
  const { environment, list, apps } = ground
  await paths.writeList(list, [...apps, 'no-such-app'])
  const { runId } = await paths.installation.start('sweep-in-turn', { environment, list })
  const { outcome } = await paths.sealed(runId, 150_000)
  expect(outcome, JSON.stringify(outcome)).toMatchObject({ as: 'blocked', left: [] })
  const { record, verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification).toMatchObject({ verdict: 'verified', signed: { predicate: { gaps: [], contradictions: [] } } })
  const inOrder = apps.map((_app, at) => `send.${at}`)
  expect(effectsOf(record)).toEqual([
    ...inOrder.map((instance) => `${instance} done`),
    ...inOrder.toReversed().map((instance) => `${instance}-undo done`),
  ])
  const routes = apps.map((app) => `rollback ${app}`)
  expect(await ground.changes()).toEqual([...routes, ...routes.toReversed()])
  // Some of the executions that went on did nothing but take back.
  const first = record.entries.findIndex(({ kind }) => kind === 'undo')
  const kept = [...record.intake].filter(([name]) => name.startsWith('continued-'))
  const begins = kept.map(
    ([, bytes]) => (JSON.parse(String(bytes)) as { entries: { seq: number }[] }).entries[0]?.seq ?? 0,
  )
  expect(begins.filter((seq) => seq > first).length).toBeGreaterThan(0)
}, 200_000)
