import { expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { crossCheck } from '../../evidence/cross-check.ts'
import { readRecord } from '../../evidence/record.ts'
import type { RunRecord } from '../../evidence/record.ts'
import { payloadOf } from '../../evidence/verify-form.ts'
import { NAMES } from '../../schemas/run.ts'
import type { RunEntry } from '../../schemas/run.ts'
import { beforeEachRun, sealedBundle } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

const COUNT = 40_000
const each = <T>(make: (n: number) => T) => Array.from({ length: COUNT }, (_, n) => make(n))

async function record(): Promise<RunRecord> {
  return readRecord(payloadOf(await readBag(await sealedBundle(at, runId))))
}

/** A stranger can write as much as a bundle may hold: each entry, looked for in the whole history, would take hours. */
test('very many votes and readings are held against a long history in time', async () => {
  const run = await record()
  const votes = each((n) => ({ kind: 'vote', step: 'confirm', vote: { nonce: n }, counted: false }))
  const readings = each((n) => ({ kind: 'reading', step: 'look', fact: 'owner', activity: `look.${n}`, known: true }))
  const entries = [...run.entries, ...votes, ...readings].map((entry, seq) => ({ ...entry, seq })) as RunEntry[]
  const [reading] = run.history.activities.filter(({ activityId }) => activityId === 'look.owner')
  const activities = [...run.history.activities, ...each((n) => ({ ...reading!, activityId: `look.${n}` }))]
  const updates = [
    ...run.history.updates,
    ...each((n) => ({ updateId: `${n}`, name: NAMES.voteUpdate, acceptedEventId: 12, args: [{ nonce: n }] })),
  ]
  const found = crossCheck({ ...run, entries, history: { ...run.history, activities, updates } })
  expect(found).toEqual({ gaps: [], contradictions: [] })
}, 15_000)
