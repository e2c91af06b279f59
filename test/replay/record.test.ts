import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type { Outcome, RunInput, RunState, SignedAdmission, SignedVote, VoteVerdict } from '../../schemas/run.ts'
import { ADMISSION } from '../core/recorded.ts'
import { CONSTRUCTS } from './constructs.ts'
import type { Construct } from './constructs.ts'
import { keep, replay } from './histories.ts'
import { openStation, until } from './station.ts'
import type { Station } from './station.ts'
import { meanwhile, performed } from './world.ts'

let station: Station

beforeAll(async () => {
  station = await openStation(CONSTRUCTS)
})

afterAll(async () => station.close())

describe('on the real Temporal', () => {
  test.each(Object.entries(CONSTRUCTS))('a run with %s ends as it should, and replays', async (name, construct) => {
    const handle = await begin(name, construct)
    await PERSONS[construct.person ?? 'none'](handle)
    const { outcome } = await handle.result()
    if (construct.moves === true) await expectMoved(handle)
    expect(outcome.as).toBe(construct.ends)
    expect((await handle.query<RunState>(NAMES.stateQuery)).phase).toBe('sealed')
    expect(new Set(performed).size).toBe(performed.length)
    for (const [kept, execution] of executionsOf(name, construct, handle)) {
      const history = await execution.fetchHistory()
      // Histories of Plans of version 1 are of an earlier interpreter: they are replayed, never recorded again.
      if (process.env['UPDATE'] === '1' && construct.plan.planVersion > 1) await keep(kept, history)
      expect(await replay(station.code, history)).toBeUndefined()
    }
  })
})

test('a run that was left in a form which nobody here knows fails as that, and does nothing', async () => {
  const { plan } = CONSTRUCTS['done'] as Construct
  const admission: SignedAdmission = { admission: { ...ADMISSION, runId: 'done' }, keyid: 'test', signature: 'test' }
  const state = { run: { version: 99 }, ledger: {}, triggers: [], told: 0 }
  const continued = { number: 1, startedAt: ADMISSION.admittedAt, state, cancelled: false }
  const input: RunInput = { plan: { ...plan, planVersion: 2 }, admission, continued }
  const handle = await station.client.workflow.start<(input: RunInput) => Promise<unknown>>(plan.runbook.id, {
    ...{ workflowId: 'unknown-snapshot', taskQueue: QUEUES.runs, args: [input] },
  })
  const failure: unknown = await handle.result().catch((error: unknown) => (error as { cause?: unknown }).cause)
  expect(failure).toMatchObject({ type: 'UnknownSnapshot', nonRetryable: true })
  const { events } = await handle.fetchHistory()
  expect((events ?? []).filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([])
})

/** What people do while a run waits. */
const PERSONS: Readonly<Record<NonNullable<Construct['person']> | 'none', (handle: Handle) => Promise<void>>> = {
  none: async () => undefined,
  votes: async (handle) => vote(handle, { decision: 'approve' }),
  agrees: async (handle) => vote(handle, { decision: 'approve', role: 'platform-on-call' }),
  chooses: async (handle) => vote(handle, { decision: 'choose', option: 'repair' }),
  overrides: async (handle) => vote(handle, { decision: 'override', overrides: { rule: 'keep-quorum' } }),
  cancels: cancelOnceWaiting,
  pauses: pauseForAMoment,
  notices: noticeOnceWaiting,
  'cancels-while-moving': cancelWhileMoving,
  'votes-while-moving': voteWhileMoving,
  'votes-at-the-last-moment': async (handle) => voteInTime(handle, 4_000),
  // So long that the run goes on meanwhile, and finds its question over.
  'votes-before-a-long-check': async (handle) => voteInTime(handle, 9_000),
  'votes-too-late': voteTooLate,
  'votes-unchecked': voteUnchecked,
  'starts-again': startAgain,
}

type Handle = WorkflowHandleWithFirstExecutionRunId<(input: RunInput) => Promise<{ outcome: Outcome }>>

async function begin(name: string, { plan, person }: Construct): Promise<Handle> {
  const alert = { kind: 'alert', occurrence: 'a|b', alert: {}, warnings: [], mode: 'propose' } as const
  const trigger = person === 'agrees' ? alert : ADMISSION.trigger
  const admission: SignedAdmission = {
    admission: { ...ADMISSION, runId: name, trigger },
    keyid: 'test',
    signature: 'test',
  }
  const input: RunInput = { plan, admission }
  return station.client.workflow.start<(input: RunInput) => Promise<{ outcome: Outcome }>>(plan.runbook.id, {
    workflowId: name,
    taskQueue: QUEUES.runs,
    args: [input],
    memo: { title: 'kept' },
  })
}

async function vote(handle: Handle, answer: Partial<SignedVote['vote']>): Promise<void> {
  await send(handle, await given(handle, answer))
}

/** A vote on the question that is open, before it is sent. */
async function given(handle: Handle, answer: Partial<SignedVote['vote']>): Promise<SignedVote> {
  const { waiting } = await until(handle, (state) => state.waiting !== undefined)
  const vote: SignedVote['vote'] = {
    type: 'runproof.vote.v1',
    runId: handle.workflowId,
    step: waiting?.step ?? '',
    planDigest: ADMISSION.planDigest,
    factsDigest: waiting?.factsDigest ?? '',
    decision: 'approve',
    role: 'lead',
    by: { user: 'ben', host: 'test', assurance: 'self-asserted' },
    nonce: 'once',
    votedAt: '2026-01-01T00:00:00.000Z',
    ...answer,
  }
  return { vote, keyid: 'test', signature: 'test' }
}

async function send(handle: Handle, signed: SignedVote): Promise<VoteVerdict> {
  return handle.executeUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate, { args: [signed] })
}

/** Cancels between two readings of an expectation, or while a question is open. */
async function cancelOnceWaiting(handle: Handle): Promise<void> {
  await until(handle, ({ facts, waiting }) => facts['health'] !== undefined || waiting !== undefined)
  await handle.cancel()
}

/** A paused run ends what is under way, and begins nothing more. */
async function pauseForAMoment(handle: Handle): Promise<void> {
  const ada = { by: { user: 'ada', host: 'test', assurance: 'self-asserted' } as const, reason: 'to look' }
  await until(handle, ({ facts }) => facts['health'] !== undefined)
  await handle.executeUpdate(NAMES.pauseUpdate, { args: [ada] })
  await expect(handle.executeUpdate(NAMES.pauseUpdate, { args: [ada] })).rejects.toThrow()
  const { steps } = await until(handle, (state) => state.steps[0]?.status === 'ended')
  expect(steps.map(({ status }) => status)).toEqual(['ended', 'pending'])
  expect((await handle.query<RunState>(NAMES.stateQuery)).phase).toBe('paused')
  await handle.executeUpdate(NAMES.resumeUpdate, { args: [ada] })
}

/** While what the first execution has done is being kept. */
async function cancelWhileMoving(handle: Handle): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    meanwhile.keep = async (run) => {
      if (run === handle.workflowId) await handle.cancel().then(() => resolve(), reject)
    }
  })
}

/** One vote while the first execution is being kept, another in a later one. */
async function voteWhileMoving(handle: Handle): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    meanwhile.keep = async (run) => {
      if (run === handle.workflowId) await vote(handle, { decision: 'approve', nonce: 'first' }).then(resolve, reject)
      meanwhile.keep = async () => undefined
    }
  })
  const { runId } = await station.client.workflow.getHandle(handle.workflowId).describe()
  await moreThan(handle, runId)
  const eva = { user: 'eva', host: 'test', assurance: 'self-asserted' } as const
  await vote(handle, { decision: 'approve', role: 'duty', by: eva, nonce: 'second' })
}

/** The vote comes in time, and its check ends when the question is over. */
async function voteInTime(handle: Handle, checkMs: number): Promise<void> {
  meanwhile.check = async (run) => {
    if (run === handle.workflowId) await forMs(checkMs)
    return undefined
  }
  await vote(handle, { decision: 'approve' })
}

/** One vote comes in time, and its check is long; while it lasts others come, and find the question over. */
async function voteTooLate(handle: Handle): Promise<void> {
  const checked: (string | undefined)[] = []
  meanwhile.check = async (run, { receivedAt }) => {
    if (run !== handle.workflowId) return undefined
    checked.push(receivedAt)
    await forMs(9_000)
    return { counted: false, why: 'not by somebody who may' }
  }
  const { waiting } = await until(handle, (state) => state.waiting !== undefined)
  const votes = ['once', 'twice', 'thrice'].map(async (nonce) => given(handle, { nonce }))
  const [inTime, ...late] = (await Promise.all(votes)) as [SignedVote, ...SignedVote[]]
  const sent = send(handle, inTime)
  await forMs(Date.parse(waiting?.until ?? '') - Date.now() + 100)
  const refused = { cause: { message: expect.stringContaining('the question was open until') as string } }
  await Promise.all(late.map(async (one) => expect(send(handle, one)).rejects.toMatchObject(refused)))
  expect(await sent).toMatchObject({ counted: false })
  expect(checked.map((at = '') => at < (waiting?.until ?? ''))).toEqual([true])
}

/** Nobody can check the vote, for as long as it is tried: whoever gave it is told so, and so is the run. */
async function voteUnchecked(handle: Handle): Promise<void> {
  meanwhile.check = async (run) => {
    if (run === handle.workflowId) throw new Error('the record vote-1.json cannot be read')
    return undefined
  }
  const told = { counted: false, why: expect.stringContaining('the record vote-1.json cannot be read') as string }
  expect(await send(handle, await given(handle, {}))).toEqual(told)
  const { entries } = await until(handle, ({ phase }) => phase === 'sealed')
  expect(entries.filter(({ kind }) => kind === 'vote')).toMatchObject([told])
}

/** A further start that nobody can record is refused, and holds up neither the run nor its end. */
async function startAgain(handle: Handle): Promise<void> {
  await until(handle, ({ waiting }) => waiting !== undefined)
  const further: SignedAdmission = {
    admission: { ...ADMISSION, runId: 'another' },
    keyid: 'test',
    signature: 'test',
  }
  const sent = handle.executeUpdate(NAMES.triggerUpdate, { args: [further] })
  await expect(sent).rejects.toMatchObject({ cause: { message: 'this start could not be recorded' } })
  await vote(handle, { decision: 'approve' })
}

async function forMs(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Once the run goes on in another execution than this one. */
async function moreThan({ workflowId }: Handle, runId: string): Promise<void> {
  while ((await station.client.workflow.getHandle(workflowId).describe()).runId === runId)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** The next reading would be due in 40 seconds. */
async function noticeOnceWaiting(handle: Handle): Promise<void> {
  await until(handle, ({ facts }) => facts['health'] !== undefined)
  await handle.executeUpdate(NAMES.resolvedUpdate, { args: [{ occurrence: 'a|b' }] })
}

/** The first execution names its next one, which carries on what lists of runs show. */
async function expectMoved({ workflowId, firstExecutionRunId }: Handle): Promise<void> {
  const [first, last] = await Promise.all([
    station.client.workflow.getHandle(workflowId, firstExecutionRunId).describe(),
    station.client.workflow.getHandle(workflowId).describe(),
  ])
  expect(first.status.name).toBe('CONTINUED_AS_NEW')
  expect(last.runId).not.toBe(first.runId)
  expect(last.memo).toEqual({ title: 'kept' })
  expect(last.searchAttributes).toMatchObject({ RunproofApp: ['checkout'] })
}

/** A run that moves has several executions: the first and the last are kept. */
function executionsOf(name: string, { moves }: Construct, handle: Handle): [string, WorkflowHandle][] {
  const { workflowId, firstExecutionRunId } = handle
  if (moves !== true) return [[name, handle]]
  return [
    [name, station.client.workflow.getHandle(workflowId, firstExecutionRunId)],
    [`${name}-last`, station.client.workflow.getHandle(workflowId)],
  ]
}
