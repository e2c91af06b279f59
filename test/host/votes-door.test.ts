import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkTrigger, checkVote, recordQuestion } from '../../engine/host/votes.ts'
import type { EffectRequest, EffectResult, SignedVote, Trigger, Vote } from '../../schemas/run.ts'
import { COUNTED, listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'
import { Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace('steps:\n', 'steps:\n  - { id: agreed, approve: "Go on?", who: lead, within: 1m }\n')
const BY_CY: Trigger = { kind: 'person', by: { user: 'cy', host: 'test', assurance: 'self-asserted' } }

let people: People
let grace: Person
let hal: Person
let practice: Practice
let request: EffectRequest

beforeAll(async () => {
  people = await People.open()
  grace = await people.person('grace@example.com')
  hal = await people.person('hal@example.com')
})
afterAll(async () => people.close())

beforeEach(async () => {
  practice = await Practice.open({ files: { 'switch.yaml': ASKED }, roles: { lead: ['ben', grace.name, hal.name] } })
  await listSigners(practice.folder, [grace, hal])
  request = await practice.request('move', { trigger: BY_CY, votes: { agreed: [{ user: 'ben', role: 'lead' }] } })
})
afterEach(async () => practice.close())

async function by(person: Person, change: Partial<Vote> = {}): Promise<SignedVote> {
  const factsDigest = request.grounds.votes[0]?.vote.factsDigest ?? ''
  const about = { name: person.name, step: 'agreed', role: 'lead', factsDigest, ...change }
  return signedBy(person, voteFor(request.admission, about), practice.host.keys)
}

async function passWith(...votes: SignedVote[]): Promise<EffectResult> {
  return practice.pass({ ...request, grounds: { ...request.grounds, votes } })
}

const check = async (vote: SignedVote) => checkVote({ admission: request.admission, vote, triggers: [] }, practice.host)

async function expectDenied(...votes: SignedVote[]): Promise<void> {
  const message = expect.stringContaining('`agreed` was not approved') as string
  expect(await passWith(...votes)).toMatchObject({ status: 'denied', denial: { by: 'admission', message } })
  expect(practice.world.did('switch')).toBe(0)
}

describe('the door, for a run that a person has started', () => {
  test('G26: lets an effect through that another person’s signature approves', async () => {
    const vote = await by(grace)
    expect(await check(vote)).toEqual(COUNTED)
    expect(await passWith(vote)).toMatchObject({ status: 'done' })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G26: takes no unsigned name, no key of the requester, and no vote that has expired meanwhile', async () => {
    await expectDenied(...request.grounds.votes)
    await expectDenied(await by(grace, { login: { user: 'cy', host: 'test' } }))
    const brief = await by(grace, { expiresAt: new Date(Date.now() + 300).toISOString() })
    expect(await check(brief)).toEqual(COUNTED)
    await new Promise((resolve) => setTimeout(resolve, 350))
    await expectDenied(brief)
  })

  test('G26: looks at allowed_signers again: a line that was taken out since binds', async () => {
    const vote = await by(grace)
    expect(await check(vote)).toEqual(COUNTED)
    await listSigners(practice.folder, [hal])
    await expectDenied(vote)
  })

  test('G26: knows of a rejection by its record, whatever the workflow brings along', async () => {
    const vote = await by(grace)
    await check(vote)
    expect(await check(await by(hal, { decision: 'reject' }))).toEqual(COUNTED)
    await expectDenied(vote)
  })

  test('G26: knows of a merged start of the voter by its record', async () => {
    const vote = await by(grace)
    await check(vote)
    const trigger: Trigger = { kind: 'person', by: { user: 'grace', host: 'test', assurance: 'self-asserted' } }
    const further = await practice.admission('switch', { trigger })
    expect(await checkTrigger({ admission: request.admission, further }, practice.host)).toBe(true)
    await expectDenied(vote)
  })

  test('G26: takes no vote on an earlier question once it was asked again', async () => {
    const { runId, planDigest } = request.admission.admission
    const about = { runId, planDigest, step: 'agreed', kind: 'approve' as const, text: 'Go on?', who: ['lead'] }
    const until = new Date(Date.now() + 60_000).toISOString()
    const ask = async (time: number) =>
      recordQuestion({ admission: request.admission, question: { ...about, time, until, shown: {} } }, practice.host)
    const earlier = await by(grace, { factsDigest: await ask(2) })
    expect(await check(earlier)).toEqual(COUNTED)
    const later = await ask(3)
    await expectDenied(earlier)
    expect(await passWith(await by(grace, { factsDigest: later }))).toMatchObject({ status: 'done' })
  })
})
