import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  checkTrigger,
  checkVote,
  recordQuestion,
  requestersOf,
  standingVotes,
  votesOf,
} from '../../engine/host/votes.ts'
import { admitRun } from '../../engine/host/admit.ts'
import type { Host } from '../../engine/host/host.ts'
import { voteName } from '../../evidence/ballot.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import type { QuestionRecord, SignedAdmission, SignedVote, Trigger, Vote } from '../../schemas/run.ts'
import { COUNTED, listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'
import { INPUTS, Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace(
  'steps:\n',
  'steps:\n  - { id: agreed, approve: "Go on?", who: [lead, lead], within: 1m }\n',
)
const OVER = { rule: 'only-when-sick', who: 'lead' }
const BY_CY: Trigger = { kind: 'person', by: { user: 'cy', host: 'test', assurance: 'self-asserted' } }

let people: People
let grace: Person
let hal: Person
let practice: Practice
let admission: SignedAdmission
let runId: string

beforeAll(async () => {
  people = await People.open()
  grace = await people.person('grace@example.com')
  hal = await people.person('hal@example.com')
})
afterAll(async () => people.close())

beforeEach(async () => {
  practice = await Practice.open({ files: { 'switch.yaml': ASKED }, roles: { lead: [grace.name, hal.name] } })
  await listSigners(practice.folder, [grace, hal])
  admission = await practice.admission('switch', { trigger: BY_CY })
  runId = admission.admission.runId
})
afterEach(async () => practice.close())

async function ask(change: Partial<QuestionRecord> = {}): Promise<string> {
  const question: QuestionRecord = {
    runId,
    planDigest: admission.admission.planDigest,
    step: 'agreed',
    time: 1,
    kind: 'approve',
    text: 'Go on?',
    who: ['lead', 'lead'],
    until: new Date(Date.now() + 60_000).toISOString(),
    shown: { health: { value: { state: 'sick' }, unknown: null } },
    ...change,
  }
  return recordQuestion({ admission, question }, practice.host)
}

async function given(factsDigest: string, change: Partial<Vote> = {}, person = grace): Promise<SignedVote> {
  const vote = voteFor(admission, { name: person.name, step: 'agreed', role: 'lead', factsDigest, ...change })
  return signedBy(person, vote, practice.host.keys)
}

async function byGrace(): Promise<SignedAdmission> {
  const by = { user: 'grace', host: 'test', assurance: 'self-asserted' as const }
  return practice.admission('switch', { inputs: INPUTS, trigger: { kind: 'person', by } })
}

const check = async (vote: SignedVote) => checkVote({ admission, vote, triggers: [] }, practice.host)

describe('a question', () => {
  test('G26: is recorded before anybody can answer it, and its digest binds the answers', async () => {
    const digest = await ask()
    expect(await ask({ shown: { health: { value: { state: 'well' }, unknown: null } }, time: 2 })).not.toBe(digest)
    expect((await votesOf(practice.host.store, runId)).questions.map(({ time }) => time)).toEqual([1, 2])
  })

  test.each<[string, Partial<QuestionRecord>]>([
    ['to other roles than the Plan asks', { who: ['lead'] }],
    ['at a step that asks nothing', { step: 'move' }],
    ['of another kind', { kind: 'ask' }],
    ['for an override of a rule that is absolute', { step: 'move', kind: 'override', overridable: [OVER] }],
    ['of another run', { runId: 'run-9' }],
  ])('G25: %s is not recorded', async (_what, change) => {
    await expect(ask(change)).rejects.toThrow('asks nothing like this')
    expect(await practice.host.store.list(runId)).toEqual([])
  })
})

describe('a vote on a recorded question', () => {
  test('G26: counts, and is recorded with its verdict before the run learns of it', async () => {
    const vote = await given(await ask())
    expect(await check(vote)).toEqual(COUNTED)
    const { votes } = await votesOf(practice.host.store, runId)
    expect(votes).toMatchObject([{ signed: vote, verdict: { counted: true } }])
    expect(await check(vote)).toEqual(COUNTED)
    expect((await votesOf(practice.host.store, runId)).votes).toHaveLength(1)
  })

  test('G26: of another run with equal facts does not count', async () => {
    const digest = await ask()
    const other = await practice.admission('switch', { trigger: BY_CY })
    const vote = voteFor(other, { name: grace.name, step: 'agreed', role: 'lead', factsDigest: digest })
    const elsewhere = await signedBy(grace, vote, practice.host.keys)
    expect(await check(elsewhere)).toMatchObject({ counted: false })
  })

  test('G26: does not count once the facts that were shown have changed, nor on an earlier question', async () => {
    const earlier = await given(await ask())
    const open = await ask({ time: 2, shown: { health: { value: { state: 'well' }, unknown: null } } })
    expect(await check(earlier)).toMatchObject({
      why: expect.stringContaining('not those that are shown now') as string,
    })
    expect(await check(await given(open))).toEqual(COUNTED)
  })

  test('G26: does not count after the end of the question', async () => {
    const digest = await ask({ until: new Date(Date.now() - 1).toISOString() })
    expect(await check(await given(digest))).toMatchObject({ why: expect.stringContaining('was open until') as string })
  })

  test('G26: with the nonce of another vote does not count', async () => {
    const digest = await ask()
    const first = await given(digest)
    const second = await given(digest, { nonce: first.vote.nonce, reason: 'again' }, hal)
    expect(await check(first)).toEqual(COUNTED)
    expect(await check(second)).toMatchObject({ why: 'the nonce of this vote was used by another' })
  })

  test('G26: counts whoever has handed in a forgery of its draft, or signed it with another key, before', async () => {
    const { vote, ssh } = await given(await ask())
    const { keys, store } = practice.host
    const forged = await keys.take({ ...vote, reason: 'forged' }, ssh)
    const wrong = await signedBy(hal, vote, keys)
    for (const bad of [forged, wrong]) expect(await check(bad)).toMatchObject({ counted: false })
    const real = await keys.take(vote, ssh)
    expect(await check(real)).toEqual(COUNTED)
    const { votes } = await votesOf(store, runId)
    expect(new Map(votes.map(({ signed, verdict }) => [voteName(signed), verdict.counted]))).toEqual(
      new Map([forged, wrong, real].map((one) => [voteName(one), one === real])),
    )
    expect(await check(await given(vote.factsDigest, { nonce: vote.nonce }, hal))).toMatchObject({ counted: false })
  })

  test('G26: counts alone where another with its nonce is checked at the same time', async () => {
    const digest = await ask()
    const nonce = 'the-same'
    const both = [await given(digest, { nonce }), await given(digest, { nonce }, hal)]
    const verdicts = await Promise.all(both.map(check))
    expect(verdicts.filter(({ counted }) => counted)).toHaveLength(1)
    const { votes } = await votesOf(practice.host.store, runId)
    expect(votes.map(({ verdict }) => verdict.counted).sort()).toEqual([false, true])
    expect(await Promise.all(both.map(check))).toEqual(verdicts)
  })

  test('G26: that counted once counts for no other question, nor in another run', async () => {
    const vote = await given(await ask())
    expect(await check(vote)).toEqual(COUNTED)
    await ask({ time: 2, shown: { health: { value: { state: 'well' }, unknown: null } } })
    expect(await check(await given(vote.vote.factsDigest, { nonce: vote.vote.nonce }))).toMatchObject({
      counted: false,
    })
    const other = await practice.admission('switch', { trigger: BY_CY })
    const there = await checkVote({ admission: other, vote, triggers: [] }, practice.host)
    expect(there).toMatchObject({ why: expect.stringContaining('not for this run') as string })
  })

  test('G26: that is no answer to this kind of question does not count', async () => {
    const digest = await ask()
    const vote = await given(digest, { decision: 'choose', option: 'yes' })
    expect(await check(vote)).toMatchObject({ why: expect.stringContaining('of the kind `approve`') as string })
  })

  test('G26: by whose start was merged into the run does not count, also where the workflow does not tell of it', async () => {
    const digest = await ask()
    expect(await check(await given(digest, {}, hal))).toEqual(COUNTED)
    expect(await checkTrigger({ admission, further: await byGrace() }, practice.host)).toBe(true)
    expect(await check(await given(digest))).toMatchObject({
      why: expect.stringContaining('may be grace, asked for this run') as string,
    })
    expect(requestersOf((await votesOf(practice.host.store, runId)).triggers)).toEqual(['grace'])
  })

  test('G26: counts where somebody hands in an earlier admission of the voter: it was for another run', async () => {
    const earlier = { ...(await byGrace()).admission, admittedAt: new Date(Date.now() - 3_600_000).toISOString() }
    const further = await practice.host.keys.admit(earlier)
    expect(await checkTrigger({ admission, further }, practice.host)).toBe(false)
    expect(await check(await given(await ask()))).toEqual(COUNTED)
  })

  test('G26: counts where somebody hands in an admission of the voter that has started a run of its own', async () => {
    const further = await byGrace()
    const { plan } = practice.host.catalogue.runbooks['switch']!
    const execution = { ...practice.execution, workflowId: further.admission.workflowId }
    expect(await admitRun({ admission: further, plan }, execution, practice.host)).toEqual({ admitted: true })
    expect(await checkTrigger({ admission, further }, practice.host)).toBe(false)
    expect(await check(await given(await ask()))).toEqual(COUNTED)
  })

  test('G26: counts where somebody hands in an admission of the voter that another run has taken', async () => {
    const further = await byGrace()
    const other = await practice.admission('switch', { trigger: BY_CY })
    expect(await checkTrigger({ admission: other, further }, practice.host)).toBe(true)
    expect(await checkTrigger({ admission: other, further }, practice.host)).toBe(true)
    expect(await checkTrigger({ admission, further }, practice.host)).toBe(false)
    expect(await check(await given(await ask()))).toEqual(COUNTED)
  })

  test('G37: an alert that was admitted long ago still meets the run: it keeps nobody from voting', async () => {
    const old = { ...(await practice.admission('switch')).admission, admittedAt: '2026-01-01T00:00:00.000Z' }
    expect(await checkTrigger({ admission, further: await practice.host.keys.admit(old) }, practice.host)).toBe(true)
  })

  test('G26: whose signature somebody has swapped on the way is none that was taken, and keeps the real one not out', async () => {
    const factsDigest = await ask()
    const { vote, ssh } = await given(factsDigest)
    const taken = await practice.host.keys.take(vote, ssh)
    const { ssh: _none, ...bare } = taken
    const swapped = { ...taken, ssh: { principal: grace.name, signature: await hal.sign(jsonBytes(vote)) } }
    for (const changed of [bare, swapped])
      expect(await check(changed)).toMatchObject({ why: expect.stringContaining('not taken by this') as string })
    expect(await check(taken)).toEqual(COUNTED)
    expect((await votesOf(practice.host.store, runId)).votes).toHaveLength(1)
  })

  test('G25: counts whatever requesters somebody names of whom no record tells, and is recorded so', async () => {
    const vote = await given(await ask())
    const by = { user: 'grace', host: 'test', assurance: 'self-asserted' as const }
    const forged = { admission, vote, triggers: [{ kind: 'person' as const, by }] }
    expect(await checkVote(forged, practice.host)).toEqual(COUNTED)
    expect(await check(vote)).toEqual(COUNTED)
    expect((await votesOf(practice.host.store, runId)).votes).toMatchObject([{ verdict: { counted: true } }])
  })

  test('G26: does not count where a run of the first form of Plans, which recorded no starts, names the voter', async () => {
    const vote = await given(await ask())
    const plan = await practice.host.plans.find(admission.admission.planDigest)
    const plans = { find: async () => ({ ...plan!, planVersion: 1 as const }) } as unknown as Host['plans']
    const by = { user: 'grace', host: 'test', assurance: 'self-asserted' as const }
    const told = { admission, vote, triggers: [{ kind: 'person' as const, by }] }
    expect(await checkVote(told, { ...practice.host, plans })).toMatchObject({
      why: expect.stringContaining('asked for this run') as string,
    })
  })

  test('G25: a further start that was not admitted here, or for another workflow, is not recorded', async () => {
    const elsewhere = await practice.admission('switch', { inputs: { ...INPUTS, app: 'bank' }, trigger: BY_CY })
    expect(await checkTrigger({ admission, further: elsewhere }, practice.host)).toBe(false)
    expect(await checkTrigger({ admission, further: { ...admission, signature: '' } }, practice.host)).toBe(false)
    expect(await practice.host.store.list(runId)).toEqual([])
  })
})

describe('what stands of the votes that a run brings along', () => {
  const standing = async (planVersion: 1 | 2, ...votes: SignedVote[]) =>
    standingVotes(await votesOf(practice.host.store, runId), votes, { planVersion })

  test('G26: no vote on an earlier question, none that did not count, and none beside a rejection', async () => {
    const first = await given(await ask())
    await check(first)
    expect(await standing(2, first)).toEqual([first])
    const second = await given(await ask({ time: 2 }))
    expect(await standing(2, first, second)).toEqual([second])
    const expired = await given(second.vote.factsDigest, { expiresAt: new Date(0).toISOString() })
    await check(expired)
    expect(await standing(2, expired)).toEqual([])
    await check(await given(second.vote.factsDigest, { decision: 'reject' }, hal))
    expect(await standing(2, second)).toEqual([])
  })

  test('G26: where Plans of the first form recorded no questions, the newest is that on which somebody has voted last', async () => {
    const [first, second] = [await given(DIGESTS[0]), await given(DIGESTS[1])]
    for (const [at, signed] of [first, second].entries()) {
      const record = { signed, verdict: { counted: true }, at: `2026-01-01T00:00:0${at}.000Z` }
      await practice.host.store.putOnce(runId, voteName(signed), jsonBytes(record))
    }
    expect(await standing(1, first, second)).toEqual([second])
    expect(await standing(2, first, second)).toEqual([])
  })

  test('a record that somebody wrote by hand makes nothing stand: it cannot be read', async () => {
    await practice.host.store.putOnce(runId, `vote-${'0'.repeat(32)}.json`, jsonBytes({ verdict: { counted: true } }))
    await expect(votesOf(practice.host.store, runId)).rejects.toThrow('cannot be read')
  })
})

const DIGESTS = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`] as const
