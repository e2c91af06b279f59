import { chmod, rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allowedSignersOf, voteCounts } from '../../engine/host/votes.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import type { SignedAdmission, SignedVote, Trigger, Vote, VoteVerdict } from '../../schemas/run.ts'
import { listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { armored, SecurityToken, TOKEN_TYPES, toSign, written } from '../support/security-token.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'
import { BY_ALERT, Practice } from './practice.ts'

const FACTS = jsonDigest('shown')
const BY_CY: Trigger = { kind: 'person', by: { user: 'cy', host: 'test', assurance: 'self-asserted' } }

let people: People
let grace: Person
let cy: Person
let mallory: Person
let practice: Practice
let admission: SignedAdmission

beforeAll(async () => {
  people = await People.open()
  grace = await people.person('grace@example.com')
  cy = await people.person('cy@example.com')
  mallory = await people.person('mallory')
})
afterAll(async () => people.close())

beforeEach(async () => {
  practice = await Practice.open({ roles: { lead: [grace.name, cy.name, 'ben'], 'on-call': [grace.name] } })
  admission = await practice.admission('switch', { trigger: BY_CY })
  await listSigners(practice.folder, [grace, cy])
})
afterEach(async () => practice.close())

async function by(person: Pick<Person, 'name' | 'sign'>, change: Partial<Vote> = {}): Promise<SignedVote> {
  const vote = voteFor(admission, { name: person.name, step: 'move', role: 'lead', factsDigest: FACTS, ...change })
  return signedBy(person, vote, practice.host.keys)
}

function counts(vote: SignedVote, requesters: readonly string[] = ['cy'], host = practice.host): VoteVerdict {
  const { runId, planDigest } = admission.admission
  return voteCounts(host, vote, { runId, planDigest, who: ['lead'], requesters })
}

describe('a vote that a person has signed', () => {
  test('G26: is a second person beside whoever asked for the run', async () => {
    expect(counts(await by(grace))).toEqual({ counted: true })
    expect(counts(await by(grace, { decision: 'choose', option: 'x' }))).toEqual({ counted: true })
  })

  test.each<[string, (vote: SignedVote) => SignedVote | Promise<SignedVote>, string]>([
    ['whose signature was taken away', async (vote) => withSsh(vote, undefined), 'no signature of its own'],
    ['whose signature is of another vote', async (vote) => withSsh(vote, (await by(grace)).ssh), 'does not hold'],
    [
      'whose signature is garbage',
      async (vote) => withSsh(vote, { principal: grace.name, signature: 'x' }),
      'does not hold',
    ],
    ['under another name than it was signed', async (vote) => withSsh(vote, named(vote, cy.name)), 'not of'],
    ['whose words were changed after it was signed', retakenWith({ reason: 'other' }), 'does not hold'],
    ['that was not taken here', (vote) => ({ ...vote, signature: '' }), 'not taken'],
  ])('G26: %s does not count', async (_what, change, why) => {
    expect(counts(await change(await by(grace)))).toEqual({
      counted: false,
      why: expect.stringContaining(why) as string,
    })
  })

  test('G26: whose signature was swapped after it was taken is none that was taken', async () => {
    const [vote, other] = [await by(grace), await by(grace)]
    const { ssh, ...bare } = vote
    for (const changed of [bare, { ...vote, ssh: other.ssh! }, { ...vote, ssh: { ...ssh!, principal: cy.name } }])
      expect(counts(changed)).toEqual({ counted: false, why: 'this vote was not taken by this installation' })
  })

  test('G26: counts where its words alone were taken, as those of the first votes were, and its signature holds', async () => {
    const [{ vote, ssh }, other] = [await by(grace), await by(grace)]
    const words = await practice.host.keys.take(vote)
    expect(counts({ ...words, ssh: ssh! })).toEqual({ counted: true })
    expect(counts({ ...words, ssh: other.ssh! })).toMatchObject({
      why: expect.stringContaining('does not hold') as string,
    })
  })

  test('G26: for another namespace does not count: a signature of a commit is none of a vote', async () => {
    const vote = await by(grace)
    const signature = await grace.sign(Buffer.from(JSON.stringify(vote.vote)), 'git')
    expect(counts(await withSsh(vote, { principal: grace.name, signature }))).toMatchObject({
      why: expect.stringContaining('does not hold') as string,
    })
  })

  test('G26: by a key that nobody lists, or that is listed no more, does not count', async () => {
    expect(counts(await by(mallory))).toMatchObject({
      why: expect.stringContaining('not in allowed_signers') as string,
    })
    const vote = await by(grace)
    await listSigners(practice.folder, [cy])
    expect(counts(vote)).toMatchObject({ counted: false })
  })

  test('G26: by a key whose time is over does not count', async () => {
    const late = await people.person('grace@example.com', ['ecdsa'], 'valid-before="20200101"')
    await listSigners(practice.folder, [late])
    expect(counts(await by(late))).toMatchObject({ why: expect.stringContaining('not valid at this time') as string })
  })

  test('G26: does not count where nobody can say who may sign, or where others could change the list', async () => {
    const vote = await by(grace)
    const file = await listSigners(practice.folder, [grace])
    await chmod(file, 0o666)
    expect(counts(vote)).toMatchObject({ why: expect.stringContaining('others than its owner') as string })
    await rm(file)
    expect(counts(vote)).toMatchObject({ why: expect.stringContaining('ENOENT') as string })
    expect(allowedSignersOf(practice.host.config)).toMatchObject({
      hint: expect.stringContaining('--signer') as string,
    })
  })

  test('G26: by whoever asked for the run does not count: not by name, nor by another key of the same user', async () => {
    expect(counts(await by(cy))).toMatchObject({
      why: expect.stringContaining('may be cy, asked for this run') as string,
    })
    expect(counts(await by(grace, { login: { user: 'cy', host: 'test' } }))).toMatchObject({ counted: false })
    expect(counts(await by(grace), ['grace@example.com'])).toMatchObject({ counted: false })
    expect(counts(await by(grace), ['ann', 'grace'])).toMatchObject({ counted: false })
    const { config } = practice.host
    const users = { [grace.name]: ['gh'] }
    const knowing = { ...practice.host, config: { ...config, votes: { ...config.votes, users } } }
    expect(counts(await by(grace), ['gh'], knowing)).toMatchObject({ counted: false })
    expect(counts(await by(grace), ['gh'])).toEqual({ counted: true })
  })

  test('G26: that rejects counts also from whoever asked for the run', async () => {
    expect(counts(await by(cy, { decision: 'reject' }))).toEqual({ counted: true })
  })

  test('G26: counts no longer than it says, and not before it was given', async () => {
    const past = new Date(Date.now() - 1_000).toISOString()
    const soon = new Date(Date.now() + 60_000).toISOString()
    const later = new Date(Date.now() + 3_600_000).toISOString()
    expect(counts(await by(grace, { expiresAt: soon }))).toEqual({ counted: true })
    expect(counts(await by(grace, { expiresAt: past }))).toMatchObject({ why: `this vote expired at ${past}` })
    expect(counts(await by(grace, { expiresAt: 'never' }))).toMatchObject({ counted: false })
    expect(counts(await by(grace, { votedAt: later }))).toMatchObject({ counted: false })
    expect(counts(await by(grace, { votedAt: 'once' }))).toMatchObject({ counted: false })
  })

  test('G26: on another Plan, or in another run, does not count', async () => {
    expect(counts(await by(grace, { planDigest: FACTS }))).toMatchObject({ why: 'this vote was given on another Plan' })
    expect(counts(await by(grace, { runId: 'run-9' }))).toMatchObject({ why: 'this vote was given in another run' })
  })
})

describe.each(TOKEN_TYPES)('a vote that a person has signed with a security key of the type %s', (type) => {
  test('G26: is a second person beside whoever asked for the run', async () => {
    const token = new SecurityToken(grace.name, type)
    expect(counts(await by(token))).toMatchObject({ why: expect.stringContaining('not in allowed_signers') as string })
    await listSigners(practice.folder, [token, cy])
    expect(counts(await by(token))).toEqual({ counted: true })
    expect(counts(await by(token), [grace.name])).toMatchObject({ counted: false })
  })

  test('G26: does not count where nobody touched the key', async () => {
    const token = new SecurityToken(grace.name, type)
    await listSigners(practice.folder, [token])
    const sign = async (bytes: Uint8Array) =>
      armored(token.blob(), written(token.signature(toSign(bytes), { flags: 0 })))
    expect(counts(await by({ name: token.name, sign }))).toMatchObject({
      counted: false,
      why: 'the signature of this vote does not hold, or nobody touched the security key for it',
    })
  })
})

describe('an override', () => {
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
  const good = () => ({
    decision: 'override' as const,
    overrides: { rule: 'r' },
    reason: 'fire',
    expiresAt: inAnHour(),
  })

  test('G26: counts with a signature, a reason and an end, also beside an alert', async () => {
    expect(counts(await by(grace, good()))).toEqual({ counted: true })
    expect(counts(await by(grace, good()), [])).toEqual({ counted: true })
  })

  test.each<[string, Partial<Vote>, string]>([
    ['without a reason', { reason: ' ' }, 'gives its reason'],
    ['that lasts for days', { expiresAt: new Date(Date.now() + 49 * 3_600_000).toISOString() }, '24 hours'],
    ['that is over', { expiresAt: new Date(Date.now() - 1).toISOString() }, 'expired'],
  ])('G26: %s does not count', async (_what, change, why) => {
    expect(counts(await by(grace, { ...good(), ...change }))).toMatchObject({
      counted: false,
      why: expect.stringContaining(why) as string,
    })
  })

  test('G26: without an end, or without its rule, does not count', async () => {
    const { expiresAt: _end, ...endless } = good()
    expect(counts(await by(grace, endless))).toMatchObject({ why: 'an override says when it ends' })
    const { overrides: _rule, ...aimless } = good()
    expect(counts(await by(grace, aimless))).toMatchObject({ why: 'an override names the rule that it overrides' })
  })

  test('G26: by a name that nobody has signed never counts, whoever asked for the run', async () => {
    admission = await practice.admission('switch', { trigger: BY_ALERT })
    const vote = voteFor(admission, { name: 'ben', step: 'move', role: 'lead', factsDigest: FACTS, ...good() })
    const unsigned = { ...vote, by: { ...vote.by, assurance: 'self-asserted' as const } }
    const taken = await practice.host.keys.take(unsigned)
    expect(counts(taken, [])).toMatchObject({ why: expect.stringContaining('only a signed vote') as string })
  })
})

/** The installation takes whatever signature somebody hands in with the words. */
async function withSsh({ vote }: SignedVote, ssh: SignedVote['ssh']): Promise<SignedVote> {
  return practice.host.keys.take(vote, ssh)
}

function named({ ssh }: SignedVote, principal: string): SignedVote['ssh'] {
  return ssh === undefined ? undefined : { ...ssh, principal }
}

/** The installation takes the changed words; the person's own signature is still over the old ones. */
function retakenWith(change: Partial<Vote>): (vote: SignedVote) => Promise<SignedVote> {
  return async ({ vote, ssh }) => practice.host.keys.take({ ...vote, ...change }, ssh)
}
