import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkVote, recordQuestion, votesOf } from '../../engine/host/votes.ts'
import type { QuestionRecord, SignedAdmission, Vote, VoteVerdict } from '../../schemas/run.ts'
import { COUNTED, voteFor } from '../support/ballots.ts'
import { BY_ALERT, Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace(
  'steps:\n',
  'steps:\n  - { id: agreed, approve: "Go on?", who: [lead, on-call], within: 1m }\n',
)

let practice: Practice
let admission: SignedAdmission

beforeEach(async () => {
  const roles = { lead: ['ben', 'eva'], 'on-call': ['ben', 'eva'] }
  practice = await Practice.open({ files: { 'switch.yaml': ASKED }, roles })
  admission = await practice.admission('switch', { trigger: BY_ALERT })
})
afterEach(async () => practice.close())

async function ask(time = 1): Promise<string> {
  const { runId, planDigest } = admission.admission
  const question: QuestionRecord = {
    ...{
      runId,
      planDigest,
      step: 'agreed',
      time,
      kind: 'approve',
      text: 'Go on?',
      who: ['lead', 'on-call'],
      shown: {},
    },
    until: new Date(Date.now() + 60_000).toISOString(),
  }
  return recordQuestion({ admission, question }, practice.host)
}

async function says(name: string, change: Pick<Vote, 'role' | 'factsDigest'> & Partial<Vote>): Promise<VoteVerdict> {
  const by = { user: name, host: 'test', assurance: 'self-asserted' as const }
  const { login: _none, ...vote } = voteFor(admission, { name, step: 'agreed', ...change, by })
  return checkVote({ admission, vote: await practice.host.keys.take(vote), triggers: [] }, practice.host)
}

test('G26: who has answered in one role is told that an answer in another does not count, and what does', async () => {
  const factsDigest = await ask()
  expect(await says('ben', { role: 'lead', factsDigest })).toEqual(COUNTED)
  expect(await says('ben', { role: 'on-call', factsDigest })).toEqual({
    ...COUNTED,
    counted: false,
    why: 'ben has already answered as lead, and one person answers for one role: somebody else answers as on-call',
  })
  expect(await says('eva', { role: 'on-call', factsDigest })).toEqual(COUNTED)
  const { votes } = await votesOf(practice.host.store, admission.admission.runId)
  expect(votes.map(({ signed, verdict }) => [signed.vote.by.user, signed.vote.role, verdict.counted]).sort()).toEqual([
    ['ben', 'lead', true],
    ['ben', 'on-call', false],
    ['eva', 'on-call', true],
  ])
})

test('G26: a rejection counts in whatever role its person has answered before', async () => {
  const factsDigest = await ask()
  expect(await says('ben', { role: 'lead', factsDigest })).toEqual(COUNTED)
  expect(await says('ben', { role: 'on-call', factsDigest, decision: 'reject' })).toEqual(COUNTED)
})

test('G26: a role binds nobody at another question, nor does an answer that did not count', async () => {
  const nonce = 'used'
  const first = await ask()
  expect(await says('ben', { role: 'lead', factsDigest: first, nonce })).toEqual(COUNTED)
  expect(await says('eva', { role: 'lead', factsDigest: first, nonce })).toMatchObject({ counted: false })
  expect(await says('eva', { role: 'on-call', factsDigest: first })).toEqual(COUNTED)
  expect(await says('ben', { role: 'on-call', factsDigest: await ask(2) })).toEqual(COUNTED)
})
