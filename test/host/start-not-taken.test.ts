import { WorkflowUpdateFailedError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { expect, test } from 'vitest'
import { failureOf } from '../../engine/cli/failure.ts'
import { overdueOf } from '../../engine/cli/run/run.ts'
import { begin } from '../../engine/host/start-run.ts'
import { describeFailure } from '../../engine/server/failure.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { SignedAdmission } from '../../schemas/run.ts'

const plan = { runbook: { id: 'release', title: 'Release' } } as unknown as Plan
const trigger = { kind: 'person', by: { user: 'ada' } }
const admission = {
  admission: { runId: 'r1', workflowId: 'release/prod', runbook: 'release', trigger },
} as unknown as SignedAdmission

/** What a start ends with where the live run of its key refuses it so. */
async function refusedWith(type: string, message: string): Promise<unknown> {
  const cause = ApplicationFailure.nonRetryable(message, type)
  const workflow = {
    executeUpdateWithStart: async () => Promise.reject(new WorkflowUpdateFailedError('update failed', cause)),
  }
  return begin({ workflow } as unknown as Client, plan, admission).catch((error: unknown) => error)
}

test('a start that could not be recorded is told as that, not as a run that is closing, and may be sent again', async () => {
  const error = await refusedWith('NotRecorded', 'this start could not be recorded')
  expect(describeFailure(error)).toEqual({
    detail: 'the live run of release/prod could not record this start, and did not take it',
    hint: expect.stringContaining('send it again in a moment') as string,
  })
  expect(overdueOf(error)).toMatchObject({ code: 'RP0313' })
})

test('a start by another installation is refused for good', async () => {
  const error = await refusedWith('NotAdmitted', 'not admitted here')
  expect(describeFailure(error).detail).toMatch(/^the live run of release\/prod was not admitted by this installation/)
  expect(overdueOf(error)).toBeUndefined()
  expect(failureOf(error)).toMatchObject({ code: 'RP0314', exit: 2 })
})

test('a run that is closing is told as before', async () => {
  const error = await refusedWith('RunClosing', 'the run is closing (sealing)')
  expect(describeFailure(error).detail).toBe('a run of release/prod is just closing: the run is closing (sealing)')
  expect(overdueOf(error)).toMatchObject({ code: 'RP0305' })
})
