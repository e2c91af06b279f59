import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import type { Vote } from '../../schemas/run.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'
import { withEvents } from './events.ts'
import { install, ranWell } from './fixture.ts'
import type { Installation, Voter } from './fixture.ts'

let at: Installation
let people: People
let grace: Person
let mallory: Person
let runs = 0

beforeAll(async () => {
  at = await install()
  people = await People.open()
  grace = await people.person('grace@example.com')
  mallory = await people.person('mallory')
  await listed(grace)
})
afterAll(async () => {
  await people.close()
  await rm(at.dir, { recursive: true })
})

async function listed(...signers: readonly { readonly line: string }[]): Promise<void> {
  await mkdir(at.trust, { recursive: true })
  await writeFile(join(at.trust, 'allowed_signers'), signers.map(({ line }) => `${line}\n`).join(''))
}

async function approvals(voter: Voter, change: (input: SealInput) => SealInput = (same) => same) {
  const { bundle } = await seal(at.sealing, change(await ranWell(at, `run-votes-${++runs}`, voter)))
  const { verdict, checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
  return { verdict, told: checks.filter(({ id }) => id === 'approvals'), checks }
}

describe('an approval in a bundle', () => {
  test('G26: that a person has signed is verified by allowed_signers of the trust folder, and told by name', async () => {
    const { verdict, told } = await approvals({ person: grace })
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^grace@example\.com \(signed with SHA256:\S+\) approved `confirm` as on-call, 2026-/),
    ])
    expect(verdict).toBe('verified')
  })

  test('G26: is verified with nothing but jq and ssh-keygen, as the page of evidence says', async () => {
    const { bundle } = await seal(at.sealing, await ranWell(at, `run-votes-${++runs}`, { person: grace }))
    const page = await readFile(new URL('../../evidence/README.md', import.meta.url), 'utf8')
    const [script = ''] = /jq -cSj[^`]*/.exec(page) ?? []
    const [name = ''] = await readdir(join(bundle, 'data/approvals'))
    const env = { V: join(bundle, 'data/approvals', name), T: people.folder, TRUST: at.trust, WHO: grace.name }
    expect((await execa('bash', ['-ec', script], { env })).stdout).toContain('Good "runproof-vote" signature for grace')
    const other = await execa('bash', ['-ec', script], { env: { ...env, WHO: 'mallory' }, reject: false })
    expect(other.failed).toBe(true)
  })

  test('G26: that nobody has signed is told as self-asserted', async () => {
    const { verdict, told } = await approvals({})
    expect(told[0]?.text).toMatch(/^grace@desk \(self-asserted\) approved `confirm` as on-call/)
    expect(verdict).toBe('verified')
  })

  test('G26: is vouched for by the installation where the verifier has no list of signers', async () => {
    const { bundle } = await seal(at.sealing, await ranWell(at, `run-votes-${++runs}`, { person: grace }))
    const { signers: _none, ...trust } = await loadTrust(at.trust)
    const { verdict, checks } = verify(await readBag(bundle), { trust })
    expect(checks.find(({ id }) => id === 'approvals')?.text).toContain('for whom the installation vouches')
    expect(verdict).toBe('verified')
  })

  test.each<[string, () => Voter, string]>([
    ['by a key that nobody lists', () => ({ person: mallory }), 'is not in allowed_signers'],
    ['in the name of somebody else', () => ({ person: grace, change: named('ben') }), 'not of ben'],
    ['that says it is signed, and is not', () => ({ change: named('grace@example.com') }), 'no signature of its own'],
    ['of another run', () => ({ person: grace, change: { runId: 'run-0' } }), 'another run, Plan or question'],
    ['on another Plan', () => ({ person: grace, change: { planDigest: DIGEST } }), 'another run, Plan or question'],
    ['by whoever asked for the run', () => ({ change: { by: person('ada') } }), 'ada asked for this run'],
    ['signed by the user who asked', () => ({ person: grace, change: { login: ADA } }), 'ada asked for this run'],
    ['that had expired', () => ({ person: grace, change: { expiresAt: '2026-11-20T02:00:00.000Z' } }), 'too late'],
    ['that overrides, unsigned', () => ({ change: OVERRIDE }), 'only a signed vote'],
    ['that overrides for ever', () => ({ person: grace, change: OVERRIDE_FOR_EVER }), 'says when it ends'],
  ])('EV-13: G26: %s does not stand', async (_what, voter, why) => {
    const { verdict, told } = await approvals(voter())
    expect(told.map(({ code }) => code)).toEqual(['EV0504'])
    expect(told[0]?.text).toContain(why)
    expect(verdict).toBe('failed')
  })

  test('EV-13: G26: whose signature is of another vote does not stand', async () => {
    const other = (await ranWell(at, `run-votes-${++runs}`, { person: grace })).entries.find(
      ({ kind }) => kind === 'vote',
    )
    const { told } = await approvals({ person: grace, wordsAlone: true }, (input) => withSignature(input, other))
    expect(told[0]?.text).toContain('the signature of this vote does not hold')
  })

  test('G26: that a worker let count, and the run did not, is told, and why', async () => {
    const { told, verdict } = await approvals({}, (input) => ({
      ...input,
      entries: input.entries.map((entry) =>
        entry.kind === 'vote' ? { ...entry, counted: false, why: 'late' } : entry,
      ),
    }))
    expect(told.map(({ text }) => text)).toEqual(['the run did not count the vote of grace on `confirm`: late'])
    expect(verdict).toBe('verified')
    const refused = await approvals({ recorded: { counted: false, why: 'no' } }, (input) => ({
      ...input,
      entries: input.entries.map((entry) => (entry.kind === 'vote' ? { ...entry, counted: false } : entry)),
    }))
    expect(refused.told.map(({ text }) => text)).toEqual(['nobody has given one that counted'])
  })

  test('EV-13: G26: that came after the end of its question does not stand', async () => {
    const late = await approvals({ person: grace, recordedAt: '2026-11-20T03:15:00.001Z' })
    expect(late.told[0]?.text).toContain('it came too late')
    expect((await approvals({ person: grace, recordedAt: '2026-11-20T03:14:59.999Z' })).verdict).toBe('verified')
  })

  test('EV-13: G26: is held against the list of signers as of when it was taken', async () => {
    const past = await people.person('grace@example.com', ['ecdsa'], 'valid-before="20261120030500Z"')
    await listed(grace, past)
    const { verdict } = await approvals({ person: past, recordedAt: '2026-11-20T03:04:00.000Z' })
    const later = await approvals({ person: past, recordedAt: '2026-11-20T03:06:00.000Z' })
    await listed(grace)
    expect(verdict).toBe('verified')
    expect(later.told[0]?.text).toContain('is not valid at this time')
  })

  test('EV-11: that was recorded as not counted, or whose question was never recorded, contradicts the records', async () => {
    const { checks } = await approvals({ person: grace }, (input) => ({
      ...input,
      entries: input.entries.map((entry) => (entry.kind === 'asked' ? { ...entry, factsDigest: DIGEST } : entry)),
    }))
    expect(checks.map(({ text }) => text)).toContain('the question of entry 4 is none that was recorded')
    const refused = await approvals({ person: grace, recorded: { counted: false, why: 'no' } })
    expect(refused.checks.map(({ text }) => text)).toContain(
      'the vote of entry 5 was recorded as one that does not count',
    )
  })
})

const DIGEST = `sha256:${'0'.repeat(64)}`
const ADA = { user: 'ada', host: 'desk' }
const OVERRIDE = { decision: 'override', overrides: { rule: 'BD-N3' }, expiresAt: '2026-11-20T04:00:00.000Z' } as const
const OVERRIDE_FOR_EVER = { decision: 'override', overrides: { rule: 'BD-N3' } } as const

function person(user: string): Vote['by'] {
  return { user, host: 'desk', assurance: 'self-asserted' }
}

function named(user: string): Partial<Vote> {
  return { by: { user, host: 'desk', assurance: 'signed' } }
}

/** The same vote everywhere in a run, with the signature of another. */
function withSignature(input: SealInput, other: SealInput['entries'][number] | undefined): SealInput {
  const [own, foreign] = [input.entries.find(({ kind }) => kind === 'vote'), other].map((entry) =>
    entry?.kind === 'vote' ? (entry.vote.ssh?.signature ?? '') : '',
  )
  const escaped = (text = '') => JSON.stringify(text).slice(1, -1)
  const { history, entries } = JSON.parse(
    JSON.stringify({ history: input.history, entries: input.entries }).replaceAll(escaped(own), escaped(foreign)),
  ) as Pick<SealInput, 'history' | 'entries'>
  return { ...input, history: withEvents(history), entries }
}
