import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { voteName } from '../../evidence/ballot.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import type { SignedVote, VoteRecord } from '../../schemas/run.ts'
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
})
afterAll(async () => {
  await people.close()
  await rm(at.dir, { recursive: true })
})

type Swap = (signed: SignedVote) => Promise<SignedVote>

/** Signed by another key, in the name of the one who has voted. */
const byMallory: Swap = async ({ vote, ...rest }) => ({
  ...{ vote, ...rest },
  ssh: { principal: vote.by.user, signature: await mallory.sign(jsonBytes(vote)) },
})
const takenAway: Swap = async ({ ssh: _none, ...rest }) => rest

/** Seals a run whose vote somebody has changed in entries and history, and in the intake where that is said; verifies without a list of signers. */
async function sealedWith(voter: Voter, swap: Swap, places: { readonly intake: boolean }) {
  const runId = `run-swapped-${++runs}`
  const input = await ranWell(at, runId, voter)
  const before = input.entries.flatMap((entry) => (entry.kind === 'vote' ? [entry.vote] : []))[0]
  if (before === undefined) throw new Error('nobody has voted')
  const after = await swap(before)
  if (places.intake) await recordAnew(runId, before, after)
  const { bundle } = await seal(at.sealing, withVote(input, before, after))
  const { verdict, checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
  return { verdict, codes: checks.flatMap(({ code }) => code ?? []), texts: checks.map(({ text }) => text) }
}

async function recordAnew(runId: string, before: SignedVote, after: SignedVote): Promise<void> {
  const { store } = at
  const record = JSON.parse((await store.read(runId, voteName(before)))?.toString() ?? '') as VoteRecord
  await rm(join(store.dir, 'intake', runId, voteName(before)))
  await store.putOnce(runId, voteName(after), jsonBytes({ ...record, signed: after }))
}

function withVote(input: SealInput, before: SignedVote, after: SignedVote): SealInput {
  const { history, entries } = JSON.parse(
    JSON.stringify({ history: input.history, entries: input.entries }).replaceAll(
      JSON.stringify(before),
      JSON.stringify(after),
    ),
  ) as Pick<SealInput, 'history' | 'entries'>
  return { ...input, history: withEvents(history), entries }
}

describe('the signature of a person on a vote', () => {
  test.each<[string, Swap]>([
    ['another in its place', byMallory],
    ['none in its place', takenAway],
  ])('EV-13: G26: with %s does not stand, though all records agree', async (_what, swap) => {
    const { verdict, codes, texts } = await sealedWith({ person: grace }, swap, { intake: true })
    expect({ verdict, codes }).toEqual({ verdict: 'failed', codes: ['EV0504'] })
    expect(texts.join()).toContain('the installation has not taken it')
  })

  test('EV-13: G26: put onto a vote that nobody has signed does not stand', async () => {
    const { codes, texts } = await sealedWith({}, byMallory, { intake: true })
    expect(codes).toEqual(['EV0504'])
    expect(texts.join()).toContain('no signature of its own')
  })

  test('EV-11: G26: that was recorded otherwise contradicts the records, also where the words alone were taken', async () => {
    const { codes, texts } = await sealedWith({ person: grace, wordsAlone: true }, byMallory, { intake: false })
    expect(codes).toEqual(['EV0601'])
    expect(texts).toContain('the vote of entry 5 was recorded with another signature')
  })

  test('EV-13: G26: on words that were taken alone still verifies, and nobody is told that the installation vouches for the key', async () => {
    const { verdict, texts } = await sealedWith({ person: grace, wordsAlone: true }, async (same) => same, {
      intake: true,
    })
    expect(verdict).toBe('verified')
    expect(texts.join()).not.toContain('the installation vouches')
    expect(texts.join()).toMatch(
      /grace@example\.com \(signed with SHA256:\S+, of which nobody here knows whose key it is/,
    )
  })
})
