import { expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { voteName } from '../../evidence/ballot.ts'
import { crossCheck } from '../../evidence/cross-check.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { publicKeyOf, signJson } from '../../evidence/keys.ts'
import { readRecord } from '../../evidence/record.ts'
import type { RunRecord } from '../../evidence/record.ts'
import { checkApprovals } from '../../evidence/verify-approvals.ts'
import { payloadOf } from '../../evidence/verify-form.ts'
import type { Json } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type { RunEntry, SignedVote, VoteRecord } from '../../schemas/run.ts'
import { withEvents } from './events.ts'
import { beforeEachRun, sealedBundle } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

const RECEIVED = '2026-11-20T03:00:01.000Z'
const each = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))

async function record(): Promise<RunRecord> {
  return readRecord(payloadOf(await readBag(await sealedBundle(at, runId))))
}

/** The same run with more in its entries, and in the updates that its history accepted. */
function withMore(run: RunRecord, entries: readonly object[], votes: readonly Json[]): RunRecord {
  const numbered = [...run.entries, ...entries].map((entry, seq) => ({ ...entry, seq })) as RunEntry[]
  const accepted = votes.map((vote, n) => {
    return { updateId: `${n}`, name: NAMES.voteUpdate, acceptedEventId: 12, args: [vote] }
  })
  return { ...run, entries: numbered, history: { ...run.history, updates: [...run.history.updates, ...accepted] } }
}

/** A stranger can write as much as a bundle may hold: each entry, looked for in the whole history, would take hours. */
test('very many votes and readings are held against a long history in time', async () => {
  const many = 40_000
  const votes = each(many, (n) => ({
    kind: 'vote',
    step: 'confirm',
    vote: { vote: { step: 'confirm', nonce: n } },
    counted: false,
  }))
  const readings = each(many, (n) => {
    return { kind: 'reading', step: 'look', fact: 'owner', activity: `look.${n}`, known: true }
  })
  const run = withMore(
    await record(),
    [...votes, ...readings],
    votes.map(({ vote }) => vote),
  )
  const [reading] = run.history.activities.filter(({ activityId }) => activityId === 'look.owner')
  const activities = [...run.history.activities, ...each(many, (n) => ({ ...reading!, activityId: `look.${n}` }))]
  const found = crossCheck({ ...run, history: { ...run.history, activities } })
  expect(found).toEqual({ gaps: [], contradictions: [] })
}, 15_000)

/** The ballot and the history, read again for each, would take hours too. */
test('very many votes that counted are held against the ballot and the history in time', async () => {
  const sealed = await record()
  const votes = await manyVotes(sealed, 3_000)
  const run = withVotes(sealed, votes)
  expect(crossCheck(run)).toEqual({ gaps: [], contradictions: [] })
  const admission = publicKeyOf(run.keys.admission, 'admission')
  const checks = checkApprovals(run, { trusted: undefined, vouchedFor: admission }, undefined)
  expect(checks).toHaveLength(votes.length + 1)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
}, 15_000)

/** As many votes as this, all of them good, on the one question of a run that was sealed. */
async function manyVotes(run: RunRecord, count: number): Promise<SignedVote[]> {
  const [first] = run.entries.flatMap((entry) => (entry.kind === 'vote' ? [entry.vote.vote] : []))
  const votes = each(count, (n) => ({ ...first!, nonce: `m-${n}` }))
  return Promise.all(votes.map(async (vote) => ({ vote, ...(await signJson(at.admission, vote)) })))
}

/** The same run with these votes in its entries, its intake and its history. */
function withVotes(run: RunRecord, votes: readonly SignedVote[]): RunRecord {
  const told = votes.map((vote) => ({ kind: 'vote', step: 'confirm', vote, counted: true, at: RECEIVED }))
  const triggers = votes.map(({ vote }) => ({ kind: 'trigger', trigger: { kind: 'person', by: { user: vote.nonce } } }))
  const more = withMore(run, [...triggers, ...told], votes as unknown as Json[])
  const records = votes.map((signed): VoteRecord => {
    return { signed, verdict: { counted: true }, at: RECEIVED, receivedAt: RECEIVED }
  })
  const task = { eventId: '2', eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED', eventTime: RECEIVED }
  const [started, ...rest] = withEvents(more.history).raw as Json[]
  return {
    ...more,
    intake: new Map([...run.intake, ...records.map((one) => [voteName(one.signed), jsonBytes(one)] as const)]),
    events: jsonBytes([started, task, ...rest]),
  }
}

test('more votes than any run has asked for are not looked at', async () => {
  const run = await record()
  const [vote] = run.entries.filter(({ kind }) => kind === 'vote')
  const entries = [...run.entries, ...each(10_000, () => vote!)]
  const checks = checkApprovals({ ...run, entries }, { trusted: undefined, vouchedFor: undefined }, undefined)
  expect(checks.map(({ code }) => code)).toEqual(['EV0103'])
})
