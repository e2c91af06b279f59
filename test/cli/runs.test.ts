import type { Client } from '@temporalio/client'
import { expect, test } from 'vitest'
import { chosenOf, knownOf, moreText } from '../../engine/cli/runs.ts'
import type { SealedRun } from '../../engine/cli/sealed-runs.ts'
import { listRuns } from '../../engine/host/runs.ts'
import type { RunSummary } from '../../engine/host/runs.ts'

const minute = (at: number): string => new Date(Date.UTC(2026, 10, 21, 10, at)).toISOString()

const summary = (runId: string, at: number, differing: Partial<RunSummary> = {}): RunSummary => ({
  runId,
  workflowId: `w-${runId}`,
  runbook: 'talk',
  startedAt: minute(at),
  status: 'RUNNING',
  ...differing,
})

const sealed = (runId: string, at: number): SealedRun => ({
  runId,
  runbook: 'talk',
  startedAt: minute(at),
  finishedAt: minute(at + 1),
  outcome: 'held',
  as: 'succeeded',
  bundle: `/bundles/${runId}`,
})

test('runs that are under way come first and are all listed, however many have ended since', () => {
  const waiting = [0, 1, 2].map((at) => summary(`waits-${at}`, at, { phase: 'waiting' }))
  const ended = Array.from({ length: 30 }, (_one, at) => sealed(`each-minute-${at}`, 10 + at))
  const { lines, more } = chosenOf(knownOf(waiting, ended), 2)
  expect(lines.map(({ runId, state }) => `${runId} ${state}`)).toEqual([
    'waits-2 waiting',
    'waits-1 waiting',
    'waits-0 waiting',
    'each-minute-29 held',
    'each-minute-28 held',
  ])
  expect(more).toBe(true)
  expect(chosenOf(knownOf(waiting, ended), 30).more).toBe(false)
})

test('a run has ended when it is sealed, or when its workflow is closed', () => {
  const closing = summary('closing', 3)
  const cutOff = summary('cut-off', 2, { status: 'TERMINATED', closedAt: minute(4) })
  const { live, ended } = knownOf([closing, cutOff], [sealed('closing', 3), sealed('forgotten', 1)])
  expect(live).toEqual([])
  expect(ended.map(({ runId, state, sealed: is }) => [runId, state, is])).toEqual([
    ['closing', 'held', true],
    ['cut-off', 'terminated', false],
    ['forgotten', 'held', true],
  ])
})

test('where not all that ended are listed, it is said how they are', () => {
  expect(moreText(20)).toBe('more runs have ended than these 20: runproof runs --limit 200')
  expect(moreText(20_000)).toBe('more runs have ended than these 20000: runproof runs --limit 99999')
  expect(moreText(99_999)).toBe('more runs have ended than these 99999: runproof evidence list')
})

interface Execution {
  readonly runId: string
  readonly at: number
  readonly status: string
}

/** A Temporal that knows these executions, and what was asked of it. */
function temporalWith(executions: readonly Execution[]): Client {
  const matches = (query: string, { status }: Execution): boolean =>
    query.endsWith(' CloseTime IS NULL')
      ? status === 'RUNNING'
      : query.endsWith(' = "ContinuedAsNew"')
        ? status === 'CONTINUED_AS_NEW'
        : !['RUNNING', 'CONTINUED_AS_NEW'].includes(status)
  const list = async function* ({ query }: { query: string }) {
    for (const one of executions.filter((execution) => matches(query, execution)))
      yield {
        workflowId: `w-${one.runId}`,
        type: 'talk',
        startTime: new Date(minute(one.at)),
        closeTime: one.status === 'RUNNING' ? undefined : new Date(minute(one.at + 1)),
        status: { name: one.status },
        memo: { runId: one.runId },
        searchAttributes: {},
      }
  }
  return { workflow: { list } } as unknown as Client
}

test('of Temporal every run that is under way is asked for, and of those that ended so many as are wanted', async () => {
  const ended = Array.from({ length: 30 }, (_one, at) => ({ runId: `e-${at}`, at: 90 - at, status: 'COMPLETED' }))
  const live = [0, 1, 2].map((at) => ({ runId: `l-${at}`, at, status: 'RUNNING' }))
  const listed = await listRuns(temporalWith([...ended, ...live]), { limit: 2 })
  expect(listed.map(({ runId }) => runId)).toEqual(['l-0', 'l-1', 'l-2', 'e-0', 'e-1'])
})

test('a run that has moved on is listed once, as it stands now, from when it began', async () => {
  const moved = [5, 3].map((at) => ({ runId: 'long', at, status: 'CONTINUED_AS_NEW' }))
  const listed = await listRuns(temporalWith([...moved, { runId: 'long', at: 9, status: 'RUNNING' }]), { limit: 2 })
  expect(listed).toMatchObject([{ runId: 'long', startedAt: minute(3), status: 'RUNNING' }])
})
