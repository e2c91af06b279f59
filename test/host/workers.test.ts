import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import type { Client } from '@temporalio/client'
import { expect, test, vi } from 'vitest'
import { pollersAt } from '../../engine/host/workers.ts'

const NOW = Date.parse('2026-11-22T06:00:00Z')
const CATALOGUE = `sha256:${'0'.repeat(64)}`

/** A Temporal that has heard of these pollers so many seconds ago. */
function knowing(pollers: Readonly<Record<string, number>>): Client {
  const heard = Object.entries(pollers).map(([identity, ago]) => ({
    identity,
    lastAccessTime: { seconds: NOW / 1000 - ago },
  }))
  const describeTaskQueue = async () => ({ pollers: heard })
  return { options: { namespace: 'default' }, workflowService: { describeTaskQueue } } as unknown as Client
}

test('who polls is told without those of this machine that have ended, of which Temporal goes on telling', async () => {
  const { pid: dead } = spawnSync('true')
  const living = `${process.pid}@${hostname()} ${CATALOGUE}`
  const elsewhere = `${dead}@not-${hostname()} ${CATALOGUE}`
  const client = knowing({ [`${dead}@${hostname()} ${CATALOGUE}`]: 5, [living]: 5, [elsewhere]: 5, 'a worker': 5 })
  expect(await pollersAt(client, 'runs', NOW)).toEqual([living, elsewhere, 'a worker'])
})

test('a process of this machine that this user may not signal is there', async () => {
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('not permitted'), { code: 'EPERM' })
  })
  const living = `1@${hostname()} ${CATALOGUE}`
  try {
    expect(await pollersAt(knowing({ [living]: 5 }), 'runs', NOW)).toEqual([living])
  } finally {
    kill.mockRestore()
  }
})

test('whoever has not polled for longer than a poll lasts is not told', async () => {
  expect(await pollersAt(knowing({ late: 91, early: 89 }), 'runs', NOW)).toEqual(['early'])
})
