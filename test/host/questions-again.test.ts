import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkVote, recordQuestion, votesOf } from '../../engine/host/votes.ts'
import type { QuestionRecord, SignedAdmission } from '../../schemas/run.ts'
import { COUNTED, listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { People } from '../support/ssh-keys.ts'
import { Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace('steps:\n', 'steps:\n  - { id: agreed, approve: "Go on?", who: lead, within: 1m }\n')

let practice: Practice
let people: People
let admission: SignedAdmission

beforeEach(async () => {
  people = await People.open()
  practice = await Practice.open({ files: { 'switch.yaml': ASKED }, roles: { lead: ['grace@example.com'] } })
  admission = await practice.admission('switch')
})
afterEach(async () => {
  await practice.close()
  await people.close()
})

function question(change: Partial<QuestionRecord> = {}): QuestionRecord {
  const { runId, planDigest } = admission.admission
  const until = new Date(Date.now() + 60_000).toISOString()
  const about = { step: 'agreed', time: 1, kind: 'approve' as const, text: 'Go on?', who: ['lead'], shown: {} }
  return { runId, planDigest, ...about, until, ...change }
}

const record = async (asked: QuestionRecord) => recordQuestion({ admission, question: asked }, practice.host)

test('G26: a question that a worker recorded before it died is asked as it was recorded, and can be answered', async () => {
  const first = question()
  const digest = await record(first)
  const later = new Date(Date.parse(first.until) + 9_000).toISOString()
  expect(await record(question({ until: later }))).toBe(digest)
  expect((await votesOf(practice.host.store, first.runId)).questions).toEqual([first])
  const grace = await people.person('grace@example.com')
  await listSigners(practice.folder, [grace])
  const said = { name: grace.name, step: 'agreed', role: 'lead', factsDigest: digest }
  const vote = await signedBy(grace, voteFor(admission, said), practice.host.keys)
  expect(await checkVote({ admission, vote, triggers: [] }, practice.host)).toEqual(COUNTED)
})

test('G26: under the same number, nothing else can be asked than what was recorded', async () => {
  await record(question())
  const shown = { health: { value: { state: 'well' }, unknown: null } }
  await expect(record(question({ shown }))).rejects.toThrow('already recorded')
})
