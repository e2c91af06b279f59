import { asyncLocalStorage } from '@temporalio/activity'
import type { Context } from '@temporalio/activity'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkVote, recordQuestion, standingVotes, votesOf } from '../../engine/host/votes.ts'
import type { SignedAdmission, SignedVote, VoteVerdict } from '../../schemas/run.ts'
import { COUNTED } from '../support/ballots.ts'
import { BY_ALERT, Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const ASKED = SWITCH.replace('steps:\n', 'steps:\n  - { id: agreed, approve: "Go on?", who: lead, within: 1m }\n')
const OPEN_MS = 800

let practice: Practice
let admission: SignedAdmission
let vote: SignedVote
/** The end of the question. */
let until: number

beforeEach(async () => {
  practice = await Practice.open({ files: { 'switch.yaml': ASKED } })
  admission = await practice.admission('switch', { trigger: BY_ALERT })
  until = Date.now() + OPEN_MS
  vote = await given(await ask())
})
afterEach(async () => practice.close())

async function ask(): Promise<string> {
  const { runId, planDigest } = admission.admission
  const about = { runId, planDigest, step: 'agreed', time: 9, kind: 'approve' as const, text: 'Go on?', shown: {} }
  const question = { ...about, who: ['lead'], until: new Date(until).toISOString() }
  return recordQuestion({ admission, question }, practice.host)
}

async function given(factsDigest: string): Promise<SignedVote> {
  const { vote } = await practice.vote(admission, { step: 'agreed', user: 'ben', role: 'lead' })
  return practice.host.keys.take({ ...vote, factsDigest })
}

const isOver = async () => new Promise((resolve) => setTimeout(resolve, until - Date.now() + 5))

/** Asked by a workflow: by the interpreter itself, or by something else that has its words carried out as an activity. */
async function asked(by: 'interpreter' | 'stranger', receivedMs: number): Promise<VoteVerdict> {
  const info = { isLocal: by === 'interpreter' } as Context['info']
  const receivedAt = new Date(receivedMs).toISOString()
  return asyncLocalStorage.run({ info } as Context, async () =>
    checkVote({ admission, vote, triggers: [], receivedAt }, practice.host),
  )
}

const recorded = async () => votesOf(practice.host.store, admission.admission.runId)

describe('a vote that a busy worker gets to after the end of its question', () => {
  test('G26: counts where the run received it in time, and its record says when that was', async () => {
    await isOver()
    expect(await asked('interpreter', until - 1)).toEqual(COUNTED)
    const { votes } = await recorded()
    expect(votes).toMatchObject([{ verdict: { counted: true }, receivedAt: new Date(until - 1).toISOString() }])
    expect(Date.parse(votes[0]?.at ?? '')).toBeGreaterThanOrEqual(until)
  })

  test('G26: does not count where the run received it too late, whatever the clock of the worker says', async () => {
    expect(await asked('interpreter', until)).toMatchObject({
      why: expect.stringContaining('was open until') as string,
    })
  })

  test('G25: does not count where something else than the interpreter says that it came in time', async () => {
    await isOver()
    expect(await asked('stranger', until - 1)).toMatchObject({
      why: expect.stringContaining('was open until') as string,
    })
    expect((await recorded()).votes[0]).not.toHaveProperty('receivedAt')
  })

  test('G25: does not count where nobody says when it came', async () => {
    await isOver()
    expect(await checkVote({ admission, vote, triggers: [] }, practice.host)).toMatchObject({ counted: false })
  })
})

describe('at the door, after the end of the question', () => {
  const standing = async (planVersion: 1 | 2 = 2) => standingVotes(await recorded(), [vote], { planVersion })

  test('G26: a vote that nobody has checked does not stand, and one that came in time does', async () => {
    expect(await standing()).toEqual([vote])
    await isOver()
    expect(await standing()).toEqual([])
    expect(await asked('interpreter', until - 1)).toEqual(COUNTED)
    expect(await standing()).toEqual([vote])
  })
})
