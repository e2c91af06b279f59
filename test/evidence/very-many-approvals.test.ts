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

const COUNT = 3_000
const RECEIVED = '2026-11-20T03:00:01.000Z'

/** As many votes as this, all of them good, on the one question of a run that was sealed. */
async function manyVotes(run: RunRecord): Promise<SignedVote[]> {
  const [first] = run.entries.flatMap((entry) => (entry.kind === 'vote' ? [entry.vote.vote] : []))
  const votes = Array.from({ length: COUNT }, (_, n) => ({ ...first!, nonce: `m-${n}` }))
  return Promise.all(votes.map(async (vote) => ({ vote, ...(await signJson(at.admission, vote)) })))
}

/** The same run with these votes in its entries, its intake and its history. */
function withVotes(run: RunRecord, votes: readonly SignedVote[]): RunRecord {
  const told = votes.map((vote) => ({ kind: 'vote', step: 'confirm', vote, counted: true, at: RECEIVED }))
  const triggers = votes.map(({ vote }) => ({ kind: 'trigger', trigger: { kind: 'person', by: { user: vote.nonce } } }))
  const entries = [...run.entries, ...triggers, ...told].map((entry, seq) => ({ ...entry, seq })) as RunEntry[]
  const records = votes.map((signed): VoteRecord => {
    return { signed, verdict: { counted: true }, at: RECEIVED, receivedAt: RECEIVED }
  })
  const updates = [...run.history.updates, ...votes.map(accepted)]
  const task = { eventId: '2', eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED', eventTime: RECEIVED }
  const [started, ...rest] = withEvents({ ...run.history, updates }).raw as Json[]
  return {
    ...run,
    entries,
    intake: new Map([...run.intake, ...records.map((record) => [voteName(record.signed), jsonBytes(record)] as const)]),
    history: { ...run.history, updates },
    events: jsonBytes([started, task, ...rest]),
  }
}

function accepted(vote: SignedVote, n: number) {
  return { updateId: `${n}`, name: NAMES.voteUpdate, acceptedEventId: 12, args: [vote as unknown as Json] }
}

/** A stranger can write as many as a bundle may hold: the ballot and the history, read again for each, would take hours. */
test('very many votes that counted are held against the ballot and the history in time', async () => {
  const sealed = readRecord(payloadOf(await readBag(await sealedBundle(at, runId))))
  const run = withVotes(sealed, await manyVotes(sealed))
  expect(crossCheck(run)).toEqual({ gaps: [], contradictions: [] })
  const admission = publicKeyOf(run.keys.admission, 'admission')
  const checks = checkApprovals(run, { trusted: undefined, vouchedFor: admission }, undefined)
  expect(checks).toHaveLength(COUNT + 1)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
}, 15_000)
