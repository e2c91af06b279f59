import { afterAll, beforeAll, expect, test } from 'vitest'
import { Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open()
  await Promise.all([paths.installation.startWorker(), paths.installation.startSealing()])
})
afterAll(async () => paths?.close())

/** Four steps for each. */
const ITEMS = 1_250

test('a run of 5,000 steps finishes, with one chain of executions and a bundle that is verified', async () => {
  const { environment, list } = await paths.ground()
  const names = Array.from({ length: ITEMS }, (_, at) => `app-${at}`)
  await paths.writeList(list, names)
  const { runId } = await paths.installation.start('many', { environment, list })
  const state = await paths.sealed(runId, 240_000)
  expect(state.outcome?.name, JSON.stringify(state.outcome)).toBe('looked')
  const executions: string[] = []
  const { client, store } = paths.installation
  for await (const { status } of client.workflow.list({ query: `RunproofRun = "${runId}"` }))
    executions.push(status.name)
  expect(executions.length).toBeGreaterThan(1)
  expect(executions.filter((status) => status === 'CONTINUED_AS_NEW')).toHaveLength(executions.length - 1)
  const claimed = (await store.list(runId)).filter((name) => name.startsWith('claimed-'))
  expect(claimed).toHaveLength(executions.length - 1)
  const { record, verification } = await openSealed(paths.installation, runId)
  expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verification.verdict).toBe('verified')
  const ended = record.entries.flatMap((entry) =>
    entry.kind === 'step' && /^(look|state|again|busy)\.\d+$/.test(entry.step) ? [entry.result] : [],
  )
  expect(ended).toHaveLength(4 * ITEMS)
  expect(record.entries.map(({ seq }) => seq)).toEqual(record.entries.map((_entry, at) => at))
}, 300_000)
