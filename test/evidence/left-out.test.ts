import { expect, test } from 'vitest'
import { digestOf, jsonBytes } from '../../evidence/digest.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { withEvents } from './events.ts'
import { beforeEachRun, ranWell } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

const LARGE = jsonBytes({ items: ['a value that is too large to travel'] })
const fileOf = (bytes: Buffer) => `spilled-${digestOf(bytes).replace('sha256:', '')}.json`
const gapsOf = async (input: SealInput) => (await seal(at.sealing, input)).gaps

test('EV-16: an effect of which no entry tells is named', async () => {
  const input = await ranWell(at, runId)
  const entries = input.entries.filter(({ kind }) => kind !== 'effect').map((entry, seq) => ({ ...entry, seq }))
  expect(await gapsOf({ ...input, entries })).toContain('no entry tells of rollback, which had an effect')
})

test('EV-16: a value that was too large to travel lies whole in the bundle, as what it is named after', async () => {
  await at.store.putOnce(runId, fileOf(LARGE), LARGE)
  expect(await gapsOf(await tooLarge())).toEqual([])
})

test('EV-16: one that was not kept is a gap', async () => {
  expect(await gapsOf(await tooLarge())).toEqual([`look.owner was too large, and ${digestOf(LARGE)} was not kept`])
})

test('EV-16: one that is another than its name says contradicts it', async () => {
  await at.store.putOnce(runId, fileOf(LARGE), jsonBytes({ items: [] }))
  expect(await gapsOf(await tooLarge())).toEqual([`contradiction: ${fileOf(LARGE)} is not what it is named after`])
})

/** The run's reading was too large, and is unknown. */
async function tooLarge(): Promise<SealInput> {
  const input = await ranWell(at, runId)
  const unknown = { reason: 'too-large', detail: `300 kB, and 256 kB are the most; it is kept as ${digestOf(LARGE)}` }
  const { activities } = input.history
  const changed = activities.map((activity) => {
    if (activity.activityId !== 'look.owner') return activity
    const { record, ...signed } = activity.result as unknown as { record: Record<string, unknown> }
    const { value: _left, ...rest } = record
    return { ...activity, result: { ...signed, record: { ...rest, unknown } } }
  })
  const entries = input.entries.map((entry) =>
    entry.kind === 'reading' && entry.fact === 'owner' ? { ...entry, known: false } : entry,
  )
  return { ...input, entries, history: withEvents({ ...input.history, activities: changed }) }
}
