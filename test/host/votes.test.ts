import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkTrigger, checkVote, recordQuestion, requestersOf, voteCounts } from '../../engine/host/votes.ts'
import type { SignedAdmission, SignedVote, Trigger } from '../../schemas/run.ts'
import { COUNTED } from '../support/ballots.ts'
import { BY_ALERT, Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace(
  'steps:\n',
  'steps:\n  - { id: agreed, approve: "Go on?", who: [lead, on-call], within: 1m }\n',
)
const BY_CY: Trigger = { kind: 'person', by: { user: 'cy', host: 'test', assurance: 'self-asserted' } }

let practice: Practice
beforeEach(async () => {
  practice = await Practice.open({ files: { 'switch.yaml': ASKED } })
})
afterEach(async () => practice.close())

async function ask(admission: SignedAdmission): Promise<void> {
  const { runId, planDigest } = admission.admission
  const about = { runId, planDigest, step: 'agreed', time: 1, kind: 'approve' as const, text: 'Go on?', shown: {} }
  const until = new Date(Date.now() + 60_000).toISOString()
  await recordQuestion({ admission, question: { ...about, who: ['lead', 'on-call'], until } }, practice.host)
}

async function given(vote: { user?: string; role?: string; decision?: 'approve' | 'reject'; trigger?: Trigger } = {}) {
  const signed = await practice.admission('switch', { trigger: vote.trigger ?? BY_ALERT })
  const { user = 'ben', role = 'lead', decision = 'approve' } = vote
  await ask(signed)
  return { signed, vote: await practice.vote(signed, { step: 'agreed', user, role, decision }) }
}

const electorate = { who: ['lead', 'on-call'], requesters: [] as string[] }

describe('a vote', () => {
  test('G26: counts where it was taken here, from somebody who has a role that was asked', async () => {
    const { signed, vote } = await given()
    expect(voteCounts(practice.host, vote, { runId: signed.admission.runId, ...electorate })).toEqual({ counted: true })
  })

  test.each<[string, (vote: SignedVote) => SignedVote, string]>([
    ['whose words were changed', (vote) => ({ ...vote, vote: { ...vote.vote, reason: 'no' } }), 'not taken'],
    [
      'that is signed as something else',
      (vote) => ({ ...vote, vote: { ...vote.vote, type: 'other' as never } }),
      'not taken',
    ],
    ['without a signature', (vote) => ({ ...vote, signature: '' }), 'not taken'],
    ['whose signature is none', (vote) => ({ ...vote, signature: '***' }), 'not taken'],
  ])('G26: %s does not count', async (_what, change, why) => {
    const { signed, vote } = await given()
    const verdict = voteCounts(practice.host, change(vote), { runId: signed.admission.runId, ...electorate })
    expect(verdict).toMatchObject({ counted: false, why: expect.stringContaining(why) as string })
  })

  test('G26: of another run does not count', async () => {
    const { vote } = await given()
    expect(voteCounts(practice.host, vote, { runId: 'run-9', ...electorate })).toMatchObject({ counted: false })
  })

  test.each(['constructor', '__proto__', 'toString'])(
    'G26: in the role `%s`, which nobody has, does not count',
    async (role) => {
      const { signed, vote } = await given({ role })
      const verdict = voteCounts(practice.host, vote, { runId: signed.admission.runId, who: [role], requesters: [] })
      expect(verdict).toMatchObject({ counted: false })
    },
  )

  test('G26: in a role that was not asked, or that the person does not have, does not count', async () => {
    for (const wrong of [{ role: 'app-owner' }, { user: 'mallory' }, { user: 'ada' }]) {
      const { signed, vote } = await given(wrong)
      expect(voteCounts(practice.host, vote, { runId: signed.admission.runId, ...electorate })).toMatchObject({
        counted: false,
      })
    }
  })

  test('G26: that approves does not count where a person asked for the run: nobody self-asserted is a second person', async () => {
    for (const requesters of [['ben'], ['cy']]) {
      const { signed, vote } = await given()
      const verdict = voteCounts(practice.host, vote, { runId: signed.admission.runId, who: ['lead'], requesters })
      expect(verdict).toMatchObject({ counted: false })
    }
  })

  test('G26: that rejects counts also from whoever asked for the run', async () => {
    const { signed, vote } = await given({ decision: 'reject' })
    const verdict = voteCounts(practice.host, vote, {
      runId: signed.admission.runId,
      who: ['lead'],
      requesters: ['ben'],
    })
    expect(verdict).toEqual({ counted: true })
  })
})

describe('a vote on a run’s question', () => {
  test('G26: is held against the admitted Plan, and against everyone who asked for the run', async () => {
    const { signed, vote } = await given()
    expect(await checkVote({ admission: signed, vote, triggers: [] }, practice.host)).toEqual(COUNTED)
    const further = await practice.admission('switch', { trigger: BY_CY })
    expect(await checkTrigger({ admission: signed, further }, practice.host)).toBe(true)
    expect(await checkVote({ admission: signed, vote, triggers: [BY_CY] }, practice.host)).toMatchObject({
      counted: false,
    })
    const byPerson = await given({ trigger: BY_CY })
    expect(
      await checkVote({ admission: byPerson.signed, vote: byPerson.vote, triggers: [] }, practice.host),
    ).toMatchObject({ counted: false })
  })

  test('G26: on a step that asks nothing, or on another Plan, does not count', async () => {
    const { signed } = await given()
    const elsewhere = await practice.vote(signed, { step: 'move', user: 'ben', role: 'lead' })
    expect(await checkVote({ admission: signed, vote: elsewhere, triggers: [] }, practice.host)).toMatchObject({
      counted: false,
    })
    const { vote } = await practice.vote(signed, { step: 'agreed', user: 'ben', role: 'lead' })
    const other = await practice.host.keys.take({ ...vote, planDigest: `sha256:${'0'.repeat(64)}` })
    expect(await checkVote({ admission: signed, vote: other, triggers: [] }, practice.host)).toMatchObject({
      counted: false,
      why: expect.stringContaining('another Plan') as string,
    })
  })

  test('G25: of a run that was not admitted here does not count', async () => {
    const { signed, vote } = await given()
    const forged = { ...signed, admission: { ...signed.admission, planDigest: `sha256:${'0'.repeat(64)}` } }
    expect(await checkVote({ admission: forged, vote, triggers: [] }, practice.host)).toMatchObject({ counted: false })
  })

  test('G26: on a question that nobody has recorded does not count', async () => {
    const signed = await practice.admission('switch', { trigger: BY_ALERT })
    const vote = await practice.vote(signed, { step: 'agreed', user: 'ben', role: 'lead' })
    expect(await checkVote({ admission: signed, vote, triggers: [] }, practice.host)).toMatchObject({
      why: expect.stringContaining('nobody has recorded') as string,
    })
  })

  test('requesters are the people among the triggers', () => {
    expect(requestersOf([BY_ALERT, BY_CY])).toEqual(['cy'])
  })
})
