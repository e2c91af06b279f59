import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type { Outcome, RunInput, RunState, SignedVote, Vote, VoteVerdict } from '../../schemas/run.ts'
import { block, each, newPlan } from '../core/nested.ts'
import { act, approve, read } from '../core/plans.ts'
import { ADMISSION, whole } from '../core/recorded.ts'
import { CONSTRUCTS } from './constructs.ts'
import type { Construct } from './constructs.ts'
import { replay } from './histories.ts'
import { openStation, until } from './station.ts'
import type { Station } from './station.ts'
import { meanwhile } from './world.ts'

/** The host of this station counts every vote: what a person is told comes from the run alone. */
const RUNS: Readonly<Record<string, Construct>> = {
  stays: {
    plan: newPlan([approve('gate', ['lead', 'duty'], { withinMs: 60_000 }), act('mend')]),
    script: {},
    ends: 'succeeded',
  },
  'is-rejected': {
    plan: newPlan([approve('gate', ['lead', 'duty'], { withinMs: 60_000 }), act('mend')]),
    script: {},
    ends: 'aborted',
  },
  'asks-two': {
    plan: newPlan([
      read('look', ['edges']),
      block('item', [approve('gate', ['lead'], { withinMs: 60_000 })], each(undefined, 2)),
    ]),
    script: { facts: { edges: [whole(0, 1)] } },
    ends: 'succeeded',
  },
  'moves-on': CONSTRUCTS['waits-while-moving'] as Construct,
}

let station: Station

beforeAll(async () => {
  station = await openStation(RUNS)
})

afterAll(async () => station.close())

type Handle = WorkflowHandle<(input: RunInput) => Promise<{ readonly outcome: Outcome }>>

async function begin(name: string): Promise<Handle> {
  const { plan } = RUNS[name] as Construct
  const admission = { admission: { ...ADMISSION, runId: name }, keyid: 'test', signature: 'test' }
  return station.client.workflow.start<(input: RunInput) => Promise<{ outcome: Outcome }>>(plan.runbook.id, {
    ...{ workflowId: name, taskQueue: QUEUES.runs, args: [{ plan, admission }] },
  })
}

async function says(handle: Handle, user: string, role: string, more: Partial<Vote> = {}): Promise<VoteVerdict> {
  const asked = ({ waiting }: RunState) => waiting?.kind === 'approve' && (more.step ?? waiting.step) === waiting.step
  const { waiting } = await until(handle, asked)
  const vote: SignedVote['vote'] = {
    type: 'runproof.vote.v1',
    runId: handle.workflowId,
    step: waiting?.step ?? '',
    planDigest: ADMISSION.planDigest,
    factsDigest: waiting?.factsDigest ?? '',
    decision: 'approve',
    role,
    by: { user, host: 'test', assurance: 'self-asserted' },
    nonce: `${user} as ${role}`,
    votedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  }
  const signed = { vote, keyid: 'test', signature: 'test' }
  return handle.executeUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate, { args: [signed] })
}

/** The run has ended as it should, and its history replays. */
async function expectEnded(handle: Handle): Promise<void> {
  const { outcome } = await handle.result()
  expect(outcome.as).toBe(RUNS[handle.workflowId]?.ends)
  expect(await replay(station.code, await handle.fetchHistory())).toBeUndefined()
}

/** What the run has entered of votes. */
async function entered(handle: Handle): Promise<string[]> {
  const { entries } = await handle.query<RunState>(NAMES.stateQuery)
  return entries.flatMap((entry) => {
    if (entry.kind !== 'vote') return []
    const { by, role } = entry.vote.vote
    return [`${by.user} as ${role}${entry.counted ? '' : `: ${entry.why}`}`]
  })
}

const TWICE = 'ben has already answered as lead, and one person answers for one role: somebody else answers as duty'

test('a person who answers for a second role is told what the run counts, also of two answers at once', async () => {
  const handle = await begin('stays')
  await until(handle, ({ waiting }) => waiting !== undefined)
  const told = await Promise.all([says(handle, 'ben', 'lead'), says(handle, 'ben', 'duty')])
  const [first, second] = told[0]?.counted === true ? ['lead', 'duty'] : ['duty', 'lead']
  const why = `ben has already answered as ${first}, and one person answers for one role: somebody else answers as ${second}`
  expect(told.filter(({ counted }) => counted)).toHaveLength(1)
  expect(told.find(({ counted }) => !counted)).toEqual({ counted: false, why })
  expect(await says(handle, 'eva', second ?? '')).toEqual({ counted: true })
  await expectEnded(handle)
  expect(await entered(handle)).toEqual([`ben as ${first}`, `ben as ${second}: ${why}`, `eva as ${second}`])
})

test('a rejection counts, and is told to, also after its person has approved in another role', async () => {
  const handle = await begin('is-rejected')
  expect(await says(handle, 'ben', 'lead')).toEqual({ counted: true })
  expect(await says(handle, 'ben', 'duty', { decision: 'reject' })).toEqual({ counted: true })
  await expectEnded(handle)
  expect(await entered(handle)).toEqual(['ben as lead', 'ben as duty'])
})

test('a run that has moved since knows in which role a person has answered before', async () => {
  const handle = await begin('moves-on')
  const first = new Promise<VoteVerdict>((resolve, reject) => {
    meanwhile.keep = async (run) => {
      meanwhile.keep = async () => undefined
      if (run === handle.workflowId) await says(handle, 'ben', 'lead').then(resolve, reject)
    }
  })
  expect(await first).toEqual({ counted: true })
  const { runId } = await station.client.workflow.getHandle(handle.workflowId).describe()
  while ((await station.client.workflow.getHandle(handle.workflowId).describe()).runId === runId)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const moved: Handle = station.client.workflow.getHandle(handle.workflowId)
  expect(await says(moved, 'ben', 'duty')).toEqual({ counted: false, why: TWICE })
  expect(await says(moved, 'eva', 'duty')).toEqual({ counted: true })
  await expectEnded(moved)
})

test('G26: while a question cannot be recorded, votes on another one are checked and answered', async () => {
  let isAway = true
  meanwhile.ask = async (step) => {
    if (isAway && step === 'gate.1') throw new Error('the evidence store cannot be used')
  }
  const handle = await begin('asks-two')
  expect(await says(handle, 'ben', 'lead', { step: 'gate.0' })).toEqual({ counted: true })
  isAway = false
  expect(await says(handle, 'ben', 'lead', { step: 'gate.1' })).toEqual({ counted: true })
  await expectEnded(handle)
})
