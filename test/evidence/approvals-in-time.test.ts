import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import { install, ranWell } from './fixture.ts'
import type { Installation, Voter } from './fixture.ts'

/** The question of the run that is sealed here was open until 03:15:00. */
const IN_TIME = '2026-11-20T03:14:59.999Z'
const LATE = '2026-11-20T03:15:00.001Z'

let at: Installation
let runs = 0

beforeAll(async () => {
  at = await install()
})
afterAll(async () => rm(at.dir, { recursive: true }))

/** What a verifier says of the vote; `began`: when the task did in which the history has it accepted. */
async function toldOf(voter: Voter, began?: string) {
  const input = await ranWell(at, `run-in-time-${++runs}`, voter)
  const { bundle } = await seal(at.sealing, began === undefined ? input : withTask(input, began))
  const { verdict, checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
  return { verdict, text: checks.find(({ id }) => id === 'approvals')?.text }
}

/** The vote is accepted by event 12. */
function withTask(input: SealInput, eventTime: string): SealInput {
  const events = input.history.raw as readonly { readonly eventId?: string }[]
  const place = events.findIndex(({ eventId }) => eventId === '12')
  const task = { eventId: '11', eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED', eventTime }
  return { ...input, history: { ...input.history, raw: events.toSpliced(place, 0, task) } }
}

describe('G26: a vote that a worker got to after the end of its question', () => {
  test('stands where the run received it in time, as its history shows', async () => {
    const { verdict, text } = await toldOf({ recordedAt: LATE, receivedAt: IN_TIME }, '2026-11-20T03:14:59.999123456Z')
    expect(text).toContain('approved `confirm`')
    expect(verdict).toBe('verified')
  })

  test.each<[string, Voter, string | undefined]>([
    ['where nothing but that is recorded', { recordedAt: LATE }, IN_TIME],
    ['where the run received it too late', { recordedAt: LATE, receivedAt: LATE }, LATE],
    ['where the history shows that it came later than is recorded', { recordedAt: LATE, receivedAt: IN_TIME }, LATE],
    ['where the history does not show when it came', { recordedAt: LATE, receivedAt: IN_TIME }, undefined],
    ['even if a clock that is behind recorded it in time', { recordedAt: IN_TIME, receivedAt: LATE }, LATE],
  ])('EV-13: does not stand %s', async (_what, voter, began) => {
    const { verdict, text } = await toldOf(voter, began)
    expect(text).toContain('it came too late')
    expect(verdict).toBe('failed')
  })

  test('EV-13: does not stand where it had expired when the worker got to it', async () => {
    const change = { expiresAt: IN_TIME }
    const { text } = await toldOf({ change, recordedAt: LATE, receivedAt: IN_TIME }, IN_TIME)
    expect(text).toContain('it came too late')
  })
})
