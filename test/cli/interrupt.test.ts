import { getEventListeners } from 'node:events'
import type { WorkflowHandle } from '@temporalio/client'
import { expect, test } from 'vitest'
import { unlessAborted } from '../../engine/cli/interrupt.ts'
import { statesOf } from '../../engine/cli/run/states.ts'

const never = new Promise<never>(() => undefined)

test('work is waited for until the signal is aborted', async () => {
  const asked = new AbortController()
  expect(await unlessAborted(Promise.resolve('done'), asked.signal)).toBe('done')
  await expect(unlessAborted(Promise.reject(new Error('broken')), asked.signal)).rejects.toThrow('broken')
  const waiting = unlessAborted(never, asked.signal)
  asked.abort()
  expect(await waiting).toBeUndefined()
  expect(await unlessAborted(never, asked.signal)).toBeUndefined()
})

test('a run that is followed for long leaves nothing on the signal that ends it, however often it is asked', async () => {
  const { signal } = new AbortController()
  const handle = {
    query: async () => ({ phase: 'running' }),
    describe: async () => ({ status: { name: 'RUNNING' } }),
  } as unknown as WorkflowHandle
  let seen = 0
  for await (const _ of statesOf(async () => handle, signal)) if ((seen += 1) === 4) break
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
